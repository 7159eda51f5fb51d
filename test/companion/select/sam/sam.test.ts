import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CompanionError } from '../../../../companion/errors.ts'
import { wholeOf } from '../../../../companion/image/image.ts'
import { silentLog } from '../../../../companion/log.ts'
import type { Progress } from '../../../../companion/run.ts'
import { OnnxRuntime, type Runtime } from '../../../../companion/runtime/session.ts'
import { gridSide, selectedIn } from '../../../../companion/select/sam/logits.ts'
import { openSam } from '../../../../companion/select/sam/sam.ts'
import { quietRun } from '../../../support/fill-job.ts'
import { readReference } from '../../../support/reference.ts'
import {
  promptNames,
  referenceMask,
  referencePicture,
  referencePrompt,
  segmentPath,
  standInFiles,
} from '../../../support/segment.ts'

let onnx: OnnxRuntime
beforeAll(() => {
  onnx = new OnnxRuntime({ device: 'cpu', log: silentLog })
})
afterAll(() => onnx.unload())

/** The runtime, and what was run in it: slot and outputs. */
function watched() {
  const runs: { slot: string; outputs: Readonly<Record<string, { data: ArrayLike<unknown> }>> }[] = []
  const runtime: Runtime = {
    outlook: (...given) => onnx.outlook(...given),
    peakBytes: 0,
    unload: () => onnx.unload(),
    async load(source, on, run) {
      const session = await onnx.load(source, on, run)
      return {
        ...session,
        async run(inputs, options) {
          const outputs = await session.run(inputs, options)
          runs.push({ slot: source.slot, outputs })
          return outputs
        },
      }
    },
  }
  return { runtime, runs }
}

const image = await referencePicture()
const reference = await readReference(segmentPath('small', 'expected.safetensors'))

describe('Segment Anything', () => {
  test.each(promptNames.filter((name) => name !== 'only-minus'))(
    'equals the reference for %s',
    async (name) => {
      const { runtime, runs } = watched()
      const candidates = await openSam({ runtime, files: standInFiles }).select(
        image,
        referencePrompt(name),
        quietRun,
      )
      const { iou_scores, pred_masks } = runs.at(-1)!.outputs
      const scores = Array.from(iou_scores!.data as Float32Array)
      for (const [i, score] of scores.entries()) {
        expect(score).toBeCloseTo(reference(`${name}/iou_scores`).data[i]!, 4)
      }
      const best = scores.indexOf(Math.max(...scores))
      const grid = (pred_masks!.data as Float32Array).subarray(
        best * gridSide ** 2,
        (best + 1) * gridSide ** 2,
      )
      const selected = selectedIn(grid, image, wholeOf(image), image).map((side) => side * 255)
      const expected = await referenceMask(name, image)
      expect(selected).toEqual(new Uint8Array(expected.data))
      expect(candidates.length).toBeGreaterThan(0)
      expect(new Set(candidates[0]!.mask.data)).toEqual(new Set([0, 255]))
    },
  )

  test('looks at a picture once, however often it is asked', async () => {
    const { runtime, runs } = watched()
    const selector = openSam({ runtime, files: standInFiles })
    const picture = await referencePicture()
    await selector.select(picture, referencePrompt('one-click'), quietRun)
    await selector.select(picture, referencePrompt('box'), quietRun)
    expect(runs.map(({ slot }) => slot)).toEqual([
      'select vision_encoder',
      'select prompt_encoder_mask_decoder',
      'select prompt_encoder_mask_decoder',
    ])
  })

  test('looks again at a picture that was forgotten', async () => {
    const { runtime, runs } = watched()
    const selector = openSam({ runtime, files: standInFiles })
    const picture = await referencePicture()
    const first = await selector.select(picture, referencePrompt('one-click'), quietRun)
    await onnx.unload()
    expect(await selector.select(picture, referencePrompt('one-click'), quietRun)).toEqual(first)
    expect(runs.filter(({ slot }) => slot === 'select vision_encoder')).toHaveLength(2)
  })

  test('finds nothing where nothing is asked for but what does not belong', async () => {
    const { runtime, runs } = watched()
    const selector = openSam({ runtime, files: standInFiles })
    expect(await selector.select(image, referencePrompt('only-minus'), quietRun)).toEqual([])
    expect(runs).toEqual([])
  })

  test('tells true progress', async () => {
    const { runtime } = watched()
    const told: Progress[] = []
    const run = { ...quietRun, onProgress: (progress: Progress) => told.push(progress) }
    await openSam({ runtime, files: standInFiles }).select(
      await referencePicture(),
      referencePrompt('box'),
      run,
    )
    const steps = told.filter(({ stage }) => stage === 'fill')
    expect(steps.map(({ done, total }) => [done, total])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ])
  })

  test('that is cancelled ends with the signal’s reason, and the next one works', async () => {
    const { runtime } = watched()
    const selector = openSam({ runtime, files: standInFiles })
    const picture = await referencePicture()
    const cancelling = new AbortController()
    const run = {
      ...{ ...quietRun, signal: cancelling.signal },
      onProgress: ({ stage }: Progress) => void (stage === 'fill' && cancelling.abort('enough')),
    }
    await expect(selector.select(picture, referencePrompt('box'), run)).rejects.toBe('enough')
    expect(await selector.select(picture, referencePrompt('box'), quietRun)).not.toEqual([])
  })

  test('uses EdgeTAM where SAM 2.1 is not installed', async () => {
    const asked: string[] = []
    const files = async (id: string) => {
      asked.push(id)
      if (id === 'sam-2-1-tiny') throw new CompanionError('model-missing', 'not installed')
      return standInFiles(id)
    }
    const candidates = await openSam({ ...watched(), files }).select(image, referencePrompt('box'), quietRun)
    expect(asked).toEqual(['sam-2-1-tiny', 'edgetam'])
    expect(candidates).not.toEqual([])
  })

  test('refuses a file of another kind', async () => {
    const files = async () => {
      const decoder = segmentPath('onnx', 'prompt_encoder_mask_decoder.onnx')
      return new Map([['vision_encoder.onnx', decoder]])
    }
    const selected = openSam({ ...watched(), files }).select(
      await referencePicture(),
      referencePrompt('box'),
      quietRun,
    )
    await expect(selected).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining('it has no pixel_values'),
    })
  })
})
