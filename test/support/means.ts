import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Means } from '../../companion/engines/engine.ts'
import type { Runtime } from '../../companion/runtime/session.ts'
import { tinyFolder } from './diffusion.ts'
import { powerPaintFolder } from './powerpaint.ts'
import { referencePath } from './reference.ts'

/** No model is installed, and there is no ONNX Runtime. */
export const noMeans: Means = {
  files: () => Promise.reject(new Error('Expected an engine without models.')),
  runtime: {
    load: () => Promise.reject(new Error('Expected an engine without models.')),
    unload: async () => {},
    outlook: () => Promise.reject(new Error('Expected an engine without models.')),
    peakBytes: 0,
  },
}

/** Tiny networks of random weights, in place of those that are installed. @param engine Its id. */
export async function tinyMeans(runtime: Runtime, folder: string, engine: string): Promise<Means> {
  const files = new Map([
    ['lama', new Map([['big-lama.pt', tinyLama]])],
    ['migan', new Map([['migan_pipeline_v2.onnx', tinyMigan(folder)]])],
  ])
  const checkpoint =
    engine === 'powerpaint'
      ? await powerPaintFolder(join(folder, engine), 'original')
      : tinyFolder('sd2-tiny', join(folder, 'stable-diffusion'))
  return { files: async (modelId) => files.get(modelId)!, checkpoint, runtime }
}

export const tinyLama = referencePath('lama', 'tiny', 'generator.safetensors')

/** The small MI-GAN pipeline, unpacked into a folder. */
export function tinyMigan(folder: string): string {
  const path = join(folder, 'pipeline.onnx')
  writeFileSync(path, gunzipSync(readFileSync(referencePath('migan', 'pipeline.onnx.gz'))))
  return path
}
