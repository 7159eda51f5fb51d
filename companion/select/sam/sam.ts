import { edgeTam, sam21Tiny } from '../../../models/sam/model.ts'
import { fromWeights, weightsAt } from '../../engines/weights.ts'
import { CompanionError } from '../../errors.ts'
import type { Image } from '../../image/image.ts'
import type { Run } from '../../run.ts'
import type { Tensors } from '../../runtime/child.ts'
import { LostError } from '../../runtime/failures.ts'
import type { Session } from '../../runtime/session.ts'
import { halfOf } from '../scene.ts'
import type { OpenSelector, SelectMeans } from '../selector.ts'
import { candidatesFrom } from './logits.ts'
import { pixelValues, promptInputs, sidePx } from './prompt.ts'

/**
 * A picture is looked at once, by the encoder; a click only asks the decoder. What the encoder saw (17 MB) stays in the
 * process that computes, for the last few pictures.
 */
export function openSam({ files, runtime }: SelectMeans): OpenSelector {
  const names = new WeakMap<Image, string>()
  const seen = new Set<string>()
  let pictures = 0

  return {
    async select(image, prompt, run) {
      const isAsked = prompt.box !== null || prompt.points.some(({ include }) => include)
      if (!isAsked) return []
      const model = await findModel(files)
      const tell = (done: number) => run.onProgress({ stage: 'fill', done, total: 2, unit: 'steps' })
      const answer = await ask(image, promptInputs(prompt, image), model, run, tell)
      const candidates = candidatesFrom(image, {
        data: answer.pred_masks!.data as Float32Array,
        scores: answer.iou_scores!.data as Float32Array,
      })
      tell(2)
      return candidates
    },
    close: async () => {},
  }

  /** What the decoder says, once the encoder has seen the picture. */
  async function ask(
    image: Image,
    prompt: Tensors,
    model: FoundModel,
    run: Run,
    tell: (done: number) => void,
  ) {
    const name = `${nameOf(image)} of ${model.title}`
    const look = async () => {
      const encoder = await load(model, encoderPart, run)
      // The first click does not wait for that either.
      halfOf(image)
      await encoder.run({ pixel_values: pixelValues(image) }, { signal: run.signal, keep: name })
      seen.add(name)
    }
    const decode = async () => {
      const decoder = await load(model, decoderPart, run)
      return decoder.run(prompt, { signal: run.signal, kept: name })
    }
    tell(0)
    if (!seen.has(name)) await look()
    tell(1)
    try {
      return await decode()
    } catch (error) {
      if (!(error instanceof LostError)) throw error
      await look()
      return decode()
    }
  }

  function nameOf(image: Image): string {
    let name = names.get(image)
    if (name === undefined) {
      pictures += 1
      name = `picture ${pictures}`
      names.set(image, name)
    }
    return name
  }

  /** @throws CompanionError 'model-damaged', 'engine-stopped', 'out-of-memory'; the signal's reason */
  async function load({ title, paths }: FoundModel, part: Part, run: Run): Promise<Session> {
    const weights = await weightsAt(paths.get(`${part.file}.onnx`)!)
    const source = {
      ...{ slot: `select ${part.file}`, key: weights.key, warmUp: part.warmUp },
      model: () => weights.path,
    }
    const session = await fromWeights(title, weights, () => runtime.load(source, 'best', run))
    const missing = [
      ...part.inputs.filter((name) => !session.inputs.includes(name)),
      ...part.outputs.filter((name) => !session.outputs.includes(name)),
    ]
    if (missing.length === 0) return session
    throw new CompanionError(
      'model-damaged',
      `${weights.path} is no model of the kind of ${title}: it has no ${missing.join(', ')}.`,
    )
  }
}

interface FoundModel {
  readonly title: string
  /** By their names in the record. */
  readonly paths: ReadonlyMap<string, string>
}

/** The better one of those that are installed. */
async function findModel(files: SelectMeans['files']): Promise<FoundModel> {
  try {
    return { title: sam21Tiny.title, paths: await files(sam21Tiny.id) }
  } catch (error) {
    if (!(error instanceof CompanionError) || error.code !== 'model-missing') throw error
    return { title: edgeTam.title, paths: await files(edgeTam.id) }
  }
}

/** One of the two graphs, as onnx-community exports them. */
interface Part {
  readonly file: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  warmUp(): Tensors
}

const embeddingShapes = {
  'image_embeddings.0': [1, 32, 256, 256],
  'image_embeddings.1': [1, 64, 128, 128],
  'image_embeddings.2': [1, 256, 64, 64],
} as const

const encoderPart: Part = {
  file: 'vision_encoder',
  inputs: ['pixel_values'],
  outputs: Object.keys(embeddingShapes),
  warmUp: () => ({ pixel_values: zeros([1, 3, sidePx, sidePx]) }),
}

const decoderPart: Part = {
  file: 'prompt_encoder_mask_decoder',
  inputs: [...Object.keys(embeddingShapes), 'input_points', 'input_labels', 'input_boxes'],
  outputs: ['iou_scores', 'pred_masks'],
  warmUp: () => ({
    ...Object.fromEntries(Object.entries(embeddingShapes).map(([name, shape]) => [name, zeros(shape)])),
    ...promptInputs(
      { points: [{ x: 0, y: 0, include: true }], box: null },
      { width: sidePx, height: sidePx },
    ),
  }),
}

function zeros(shape: readonly number[]) {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
  return { type: 'float32', shape, data } as const
}
