import { createHash } from 'node:crypto'
import { parse } from 'node:path'
import { loraAdapter, mergeLora } from '../../models/nn/lora.ts'
import type { GraphDefinition, GraphOptions } from '../../models/onnx/graph.ts'
import {
  diffusionPrecision,
  type ExecutionProvider,
  type Precision,
  variants,
} from '../../models/onnx/providers.ts'
import { writeModel } from '../../models/onnx/write.ts'
import { buildTextEncoder } from '../../models/stable-diffusion/text-encoder.ts'
import { buildUNet } from '../../models/stable-diffusion/unet.ts'
import { buildVaeDecoder, buildVaeEncoder } from '../../models/stable-diffusion/vae.ts'
import { refuseNonNumbers } from '../engines/nonsense.ts'
import { fromWeights } from '../engines/weights.ts'
import type { Size } from '../image/image.ts'
import { areaOf } from '../image/rect.ts'
import type { Device } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { Optimisation, Tensors } from '../runtime/child.ts'
import type { Runtime, Session } from '../runtime/session.ts'
import type { FoundModel, Network } from './found-model.ts'
import type { InpaintModel } from './inpaint.ts'
import { latentChannels, latentSize } from './latents.ts'
import { neededBytes, sessionBytes, unetNumbers, vaeNumbers } from './needed-bytes.ts'
import { RecentlyUsed } from './recently-used.ts'
import { tokenCount } from './tokenizer.ts'
import type { Way } from './way.ts'

/** Where a network is computed, and with what numbers. */
type WhereComputed = Pick<Way, 'on' | 'precision'>

type Build = (graph: {
  readonly provider: ExecutionProvider
  readonly precision: Precision
}) => GraphDefinition

/** Where attention is not fused, all its products at once would be 0.5 GB for each row at 512 × 512. */
function usualQueries(provider: ExecutionProvider): number | undefined {
  return variants[provider].attention === 'products' ? 1024 : undefined
}

/** Of the autoencoder, latents: as diffusers cuts them for both models. */
export const usualTileSide = 64

/** What was computed before, and may be needed again. */
export class Computed {
  /** By model and ids. */
  readonly embeddings = new RecentlyUsed<Float32Array>(16)
  /** What the encoder says of pictures, by model and picture. */
  readonly moments = new RecentlyUsed<Float32Array>(8)
}

const allParts = ['text encoder', 'encoder', 'unet', 'decoder'] as const
/** Which session a run is of, in the order in which a fill needs them. */
export type Part = (typeof allParts)[number]

/** The networks of one model, in ONNX Runtime. */
export class Networks {
  readonly #model: FoundModel
  readonly #runtime: Runtime
  readonly #computed: Computed
  readonly #onLoaded: (part: Part, session: Session, ms: number) => void

  /** @param onLoaded A part is ready to run; loading it took `ms`, near 0 where it was loaded already. */
  constructor(
    model: FoundModel,
    runtime: Runtime,
    computed: Computed,
    onLoaded: (part: Part, session: Session, ms: number) => void = () => {},
  ) {
    this.#model = model
    this.#runtime = runtime
    this.#computed = computed
    this.#onLoaded = onLoaded
  }

  get title(): string {
    return this.#model.title
  }

  /**
   * What words come to: [77, D].
   *
   * @throws CompanionError 'model-damaged', 'out-of-memory', 'engine-stopped'; the signal's reason
   */
  embed(words: string, way: WhereComputed, run: Run): Promise<Float32Array> {
    const { tokenizer } = this.#model
    return this.embedIds(tokenizer.frame(tokenizer.idsOf(words)), way, run)
  }

  /**
   * The same for 77 ids.
   *
   * @throws as `embed`
   */
  embedIds(ids: readonly number[], way: WhereComputed, run: Run): Promise<Float32Array> {
    const { textEncoder: network, config, title } = this.#model
    return this.#computed.embeddings.of(`${network.weights.key} ${way.precision} ${ids}`, async () => {
      const inputs: Tensors = {
        input_ids: { type: 'int64', shape: [1, tokenCount], data: BigInt64Array.from(ids, BigInt) },
      }
      const { textEncoder } = config
      const build: Build = (graph) => buildTextEncoder(network.checkpoint, textEncoder, 1, graph)
      const piece = { part: 'text encoder', network, measure: '', build, inputs, numbers: 0 } as const
      const session = await this.#load(piece, way, run)
      return valuesOf(title, await session.run(inputs, run), 'last_hidden_state')
    })
  }

  /**
   * For pictures of one size. Each network is loaded when it is first needed.
   *
   * @param lora Changes the UNet.
   */
  inpaintModel(size: Size, lora: Network | null, way: Way, run: Run): InpaintModel {
    const { rowsAtOnce, tileSide, pictureByPicture, queriesAtOnce, optimisation } = way
    const { unet, vae, config, title, noise } = this.#model
    const small = latentSize(size)
    const tiles = tileSide === undefined ? {} : { tileSide }
    const measure = `${size.width} × ${size.height} in tiles of ${tileSide ?? 'all'}`

    const encode = async (picture: Float32Array) => {
      const inputs = { image: floats([1, 3, size.height, size.width], picture) }
      const build: Build = (graph) =>
        buildVaeEncoder(vae.checkpoint, config.vae, { batch: 1, ...size }, { ...graph, ...tiles })
      const piece = {
        part: 'encoder',
        network: vae,
        measure,
        build,
        inputs,
        numbers: vaeNumbers(size, tileSide) / 2,
      } as const
      const session = await this.#load(piece, way, run)
      return valuesOf(title, await session.run(inputs, run), 'moments')
    }
    const predict = async (sample: Float32Array, timestep: number, embeddings: Float32Array) => {
      const rows = embeddings.length / (tokenCount * config.unet.contextWidth)
      const inputs = {
        sample: floats([rows, sample.length / (rows * areaOf(small)), small.height, small.width], sample),
        timestep: floats([1], Float32Array.of(timestep)),
        encoder_hidden_states: floats([rows, tokenCount, config.unet.contextWidth], embeddings),
      }
      const build: Build = (graph) =>
        buildUNet(
          unet.checkpoint,
          config.unet,
          { batch: rows, ...small },
          {
            ...graph,
            ...changeBy(lora, unet, graph.provider).options,
            queriesAtOnce: queriesAtOnce ?? usualQueries(graph.provider),
          },
        )
      const before = (provider: ExecutionProvider) => changeBy(lora, unet, provider).before
      const measured = `${measure}, ${rows} at once, ${queriesAtOnce ?? 'all'} queries ${lora?.weights.key ?? ''}`
      const numbers = unetNumbers(size, rows)
      const piece = {
        part: 'unet',
        network: unet,
        measure: measured,
        build,
        before,
        inputs,
        numbers,
        optimisation: (provider: ExecutionProvider) => (provider === 'cpu' ? optimisation : 'extended'),
      } as const
      const session = await this.#load(piece, way, run)
      return valuesOf(title, await session.run(inputs, run), 'out_sample')
    }
    const decode = async (latents: Float32Array) => {
      const batch = latents.length / (latentChannels * areaOf(small))
      const inputs = { latents: floats([batch, latentChannels, small.height, small.width], latents) }
      const parts = { ...tiles, pictureByPicture }
      const build: Build = (graph) =>
        buildVaeDecoder(vae.checkpoint, config.vae, { batch, ...small }, { ...graph, ...parts })
      const piece = {
        part: 'decoder',
        network: vae,
        measure: `${measure}, ${batch} ${pictureByPicture ? 'one by one' : 'at once'}`,
        build,
        inputs,
        numbers: (pictureByPicture ? 1 : batch) * vaeNumbers(size, tileSide),
      } as const
      const session = await this.#load(piece, way, run)
      return valuesOf(title, await session.run(inputs, run), 'image')
    }

    const known = (picture: Float32Array) => `${vae.weights.key} ${measure} ${fingerprint(picture)}`
    return {
      encode: (picture) => this.#computed.moments.of(known(picture), () => encode(picture)),
      ...{ predict, decode, rowsAtOnce, noise },
      scalingFactor: config.vae.scalingFactor,
    }
  }

  /**
   * What a fill takes of the memory where it will be computed, and what there is, Infinity where nobody knows. Bytes.
   *
   * @throws the signal's reason; CompanionError 'engine-stopped'
   */
  async demand(
    size: Size,
    way: Way,
    run: Run,
  ): Promise<{
    readonly kind: Device['kind']
    readonly neededBytes: number
    readonly budgetBytes: number
  }> {
    const { kind, budgetBytes } = await this.#runtime.outlook(allParts.map(slotOf), way.on, run)
    return {
      kind,
      neededBytes: neededBytes(this.#model, size, way, kind),
      budgetBytes: budgetBytes ?? Number.POSITIVE_INFINITY,
    }
  }

  async #load(
    { part, network, measure, build, before = () => [], inputs, numbers, optimisation = () => 'all' }: Piece,
    way: WhereComputed,
    run: Run,
  ): Promise<Session> {
    const { weights } = network
    const folder = parse(weights.path).root
    const precision = (provider: ExecutionProvider) => precisionOn(provider, way)
    const source = {
      slot: slotOf(part),
      // There loading is little beside a fill, which needs each of the others once, and memory is the whole machine's.
      ...(part === 'unet' ? {} : { slotOnCpu: 'diffusion others' }),
      key: `${part} ${weights.key} ${measure} ${way.precision}`,
      model: (provider: ExecutionProvider) => ({
        graph: writeModel(build({ provider, precision: precision(provider) }), folder),
        folder,
      }),
      before: (provider: ExecutionProvider) =>
        before(provider).map((graph) => ({ graph: writeModel(graph, folder), folder })),
      precision,
      neededBytes: (provider: ExecutionProvider) => sessionBytes(network, numbers, precision(provider)),
      warmUp: () => inputs,
      optimisation,
    } as const
    const startedAt = performance.now()
    const session = await fromWeights(this.#model.title, weights, () =>
      this.#runtime.load(source, way.on, run),
    )
    this.#onLoaded(part, session, performance.now() - startedAt)
    return session
  }
}

/**
 * Merged into the weights on the CPU, where that takes as long as an evaluation. On a card a fill of a few steps is over before,
 * and the LoRA runs beside the weights.
 */
function changeBy(
  lora: Network | null,
  { checkpoint }: Network,
  provider: ExecutionProvider,
): { readonly options: GraphOptions; readonly before: readonly GraphDefinition[] } {
  if (lora === null) return { options: {}, before: [] }
  if (provider !== 'cpu') return { options: { adapt: loraAdapter(lora.checkpoint, 'unet') }, before: [] }
  const { graphs, merged } = mergeLora(checkpoint, lora.checkpoint, 'unet')
  return { options: { given: merged }, before: graphs }
}

function floats(shape: readonly number[], data: Float32Array) {
  return { type: 'float32', shape, data } as const
}

/** @throws NonsenseError */
function valuesOf(title: string, outputs: Tensors, name: string): Float32Array {
  const values = outputs[name]!.data as Float32Array
  refuseNonNumbers(title, values)
  return values
}

function fingerprint({ buffer, byteOffset, byteLength }: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex')
}

/** One network, and what it is built for. */
interface Piece {
  readonly part: Part
  readonly network: Network
  /** What tells its graphs apart. */
  readonly measure: string
  readonly build: Build
  /** See `SessionSource`. */
  readonly before?: (provider: ExecutionProvider) => readonly GraphDefinition[]
  readonly inputs: Tensors
  /** How many numbers it holds beside its weights: see needed-bytes.ts. */
  readonly numbers: number
  /** The same. */
  readonly optimisation?: (provider: ExecutionProvider) => Optimisation
}

function slotOf(part: Part): string {
  return `diffusion ${part}`
}

function precisionOn(provider: ExecutionProvider, { precision }: Pick<Way, 'precision'>): Precision {
  return precision === 'usual' ? diffusionPrecision[provider] : precision
}
