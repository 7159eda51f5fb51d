import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseTextEncoderConfig } from '../../../companion/diffusion/model-config.ts'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import type { Checkpoint } from '../../../models/checkpoint.ts'
import { stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import { buildTextEncoder } from '../../../models/stable-diffusion/text-encoder.ts'
import { checkpointOf, diffusionPath, publishedLayout, readJson } from '../../support/diffusion.ts'
import { expectClose, type OpenGraph, openGraph } from '../../support/onnx.ts'
import { powerPaintCalls, powerPaintReference, powerPaintTextEncoder } from '../../support/powerpaint.ts'

const config = parseTextEncoderConfig(readJson(diffusionPath('sd15-tiny', 'text_encoder', 'config.json')))

let folder: string
let checkpoint: Checkpoint
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  checkpoint = await readCheckpoint(await powerPaintTextEncoder(folder))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(['cpu', 'coreml'] as const)('PowerPaint’s text encoder in the operators of %s', (provider) => {
  let graph: OpenGraph
  beforeAll(async () => {
    graph = await openGraph(buildTextEncoder(checkpoint, config, 1, { provider }))
  })
  afterAll(() => graph.close())

  test.each(powerPaintCalls)('gives the numbers of all four prompts of $name', async (call) => {
    const { reference } = await powerPaintReference(call)
    for (const name of ['A', 'B', 'negA', 'negB']) {
      const { last_hidden_state } = await graph.run({ input_ids: reference(`ids.${name}`).data })
      expectClose(last_hidden_state, reference(`encoded.${name}`), 2e-5)
    }
  })
})

describe('the published layout', () => {
  const layout = {
    ...publishedLayout('powerpaint-v1-text-encoder'),
    'text_model.embeddings.position_ids': [1, 77],
  }

  test('is read in place, with every weight in use', () => {
    const graph = buildTextEncoder(checkpointOf(layout), stableDiffusion15.textEncoder, 2)
    // All but the numbers of the positions.
    expect(graph.weights.size).toBe(Object.keys(layout).length - 1)
    expect(graph.weights.size).toBe(199)
    expect(graph.outputs[0]!.shape).toEqual([2, 77, 768])
  })
})
