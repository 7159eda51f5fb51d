import { describe, expect, test } from 'vitest'
import { split } from '../../../companion/diffusion/denoise.ts'
import type { InpaintModel } from '../../../companion/diffusion/inpaint.ts'
import { createGenerator } from '../../../companion/diffusion/noise.ts'
import { inpaintRaw, type RawRequest } from '../../../companion/diffusion/raw.ts'
import { stableDiffusionNoise } from '../../../companion/diffusion/schedulers/config.ts'
import { schedulers } from '../../../companion/diffusion/schedulers/index.ts'
import type { GraphDefinition } from '../../../models/onnx/graph.ts'
import { buildUNet } from '../../../models/stable-diffusion/unet.ts'
import { buildVaeDecoder, buildVaeEncoder } from '../../../models/stable-diffusion/vae.ts'
import { diffusionPath, tinyUNet, tinyVae } from '../../support/diffusion.ts'
import { furthest, type GoldenCall, goldenCalls } from '../../support/golden-calls.ts'
import { type OpenGraph, openGraph } from '../../support/onnx.ts'
import { readReference } from '../../support/reference.ts'
import { referencePicture } from '../../support/reference-picture.ts'

const signal = new AbortController().signal

// Guided in one batch; two of them in two runs as well.
const cases = goldenCalls.flatMap((call) => [
  { ...call, rowsAtOnce: call.arguments.guidance_scale > 1 ? 2 : 1 },
  ...(['sd15-two-images-9x13', 'sd2-lcm-4'].includes(call.name) ? [{ ...call, rowsAtOnce: 1 }] : []),
])

describe('inpaintRaw', () => {
  test.each(cases)('follows diffusers in $name to its pictures, $rowsAtOnce at once', async (call) => {
    const reference = await readReference(diffusionPath('pipeline', `${call.name}.safetensors`))
    const { model, close } = await openModel(call)
    const shown: Shown[] = []
    const latents: Float32Array[] = []
    const watched: InpaintModel = {
      ...model,
      predict: (sample, timestep, embeddings) => {
        shown.push(...split(sample, sample.length / model.rowsAtOnce).map((row) => ({ row, timestep })))
        return model.predict(sample, timestep, embeddings)
      },
      decode: (unscaled) => {
        latents.push(unscaled.map((value) => value * model.scalingFactor))
        return model.decode(unscaled)
      },
    }

    const pictures = await inpaintRaw(watched, requestOf(call, reference), {
      signal,
      onStep: ({ total }) => expect(total).toBe(reference('timesteps').data.length),
    })
    await close()

    expect(furthest(channels(shown[0]!.row, 5, 9), reference('masked_image_latents').data)).toBeLessThan(1e-4)
    // A few times what rounding does to them, for another machine rounds otherwise.
    const tolerance = 5 * call.sensitivity
    const [start, after] = [reference('start_latents').data, reference('latents').data]
    const seen = latentsSeen(shown, call)
    expect(seen.map(({ timestep }) => timestep)).toEqual([...reference('timesteps').data])
    for (const [index, { values }] of seen.entries()) {
      const before = index === 0 ? start : after.slice((index - 1) * start.length, index * start.length)
      expect(furthest(values, scaledFor(call, before, index))).toBeLessThan(tolerance)
    }
    const last = latents.flatMap((picture) => [...picture])
    expect(furthest(last, after.slice(-last.length))).toBeLessThan(tolerance)

    const expected = reference('images')
    const [count, height, width] = expected.shape as readonly [number, number, number]
    expect(pictures.map((picture) => [picture.width, picture.height])).toEqual(
      Array(count).fill([width, height]),
    )
    const bytes = pictures.flatMap(({ data }) => [...data])
    expect(furthest(bytes, expected.data)).toBeLessThanOrEqual(1)
  })
})

/** One row of what the network was given. */
interface Shown {
  /** [9, h, w] */
  readonly row: Float32Array
  readonly timestep: number
}

/** The latents of all pictures in each evaluation, once for each picture. */
function latentsSeen(shown: readonly Shown[], { arguments: given }: GoldenCall) {
  const rowsOfPicture = given.guidance_scale > 1 ? 2 : 1
  const rows = rowsOfPicture * (given.num_images_per_prompt ?? 1)
  return Array.from({ length: shown.length / rows }, (_, evaluation) => {
    const own = shown.slice(evaluation * rows, (evaluation + 1) * rows)
    const pictures = own.filter((_, row) => row % rowsOfPicture === 0)
    return { timestep: own[0]!.timestep, values: pictures.flatMap(({ row }) => [...channels(row, 0, 4)]) }
  })
}

function channels(row: Float32Array, start: number, end: number): Float32Array {
  return row.slice((row.length / 9) * start, (row.length / 9) * end)
}

/** As the scheduler gives latents to the network. */
function scaledFor({ scheduler, arguments: given }: GoldenCall, latents: Float32Array, index: number) {
  const run = { steps: given.num_inference_steps, strength: given.strength ?? 1 }
  const normal = () => expect.unreachable()
  return schedulers[scheduler](stableDiffusionNoise, { ...run, normal }).scaleModelInput(latents, index)
}

function requestOf(call: GoldenCall, reference: Awaited<ReturnType<typeof readReference>>): RawRequest {
  const { arguments: given, picture } = call
  const guided = given.guidance_scale > 1
  // Several pictures have the same embeddings, one below the other.
  const embeddings = (name: string) => {
    const { shape, data } = reference(name)
    return data.slice(0, shape[1]! * shape[2]!)
  }
  return {
    image: referencePicture(picture.width, picture.height, call.seed),
    mask: { ...picture, data: Uint8Array.from(reference('mask').data) },
    size: { width: given.width, height: given.height },
    paddingMaskCrop: given.padding_mask_crop ?? null,
    guidance: {
      positive: embeddings('prompt_embeds'),
      negative: guided ? embeddings('negative_prompt_embeds') : null,
      scale: given.guidance_scale,
      rescale: 0,
    },
    scheduler: call.scheduler,
    steps: given.num_inference_steps,
    strength: given.strength ?? 1,
    eta: given.eta ?? 0,
    pictures: given.num_images_per_prompt ?? 1,
    generator: createGenerator(call.seed),
  }
}

/** The tiny model in ONNX Runtime, for pictures of the call's size. */
async function openModel(call: (typeof cases)[number]) {
  const [unet, vae] = [await tinyUNet(call.model), await tinyVae(call.model)]
  const { width, height } = call.arguments
  const latents = { width: width / 8, height: height / 8 }
  const batch = call.arguments.num_images_per_prompt ?? 1
  const opened: OpenGraph[] = []
  const open = async (graph: GraphDefinition) => {
    const graphOpened = await openGraph(graph)
    opened.push(graphOpened)
    return graphOpened
  }
  const networks = {
    unet: await open(buildUNet(unet.checkpoint, unet.config, { batch: call.rowsAtOnce, ...latents })),
    encoder: await open(buildVaeEncoder(vae.checkpoint, vae.config, { batch: 1, width, height })),
    decoder: await open(buildVaeDecoder(vae.checkpoint, vae.config, { batch, ...latents })),
  }
  const model: InpaintModel = {
    encode: async (image) => (await networks.encoder.run({ image })).moments!.data,
    predict: async (sample, timestep, embeddings) => {
      const inputs = { sample, timestep: Float32Array.of(timestep), encoder_hidden_states: embeddings }
      return (await networks.unet.run(inputs)).out_sample!.data
    },
    rowsAtOnce: call.rowsAtOnce,
    decode: async (latents) => (await networks.decoder.run({ latents })).image!.data,
    scalingFactor: vae.config.scalingFactor,
    noise: stableDiffusionNoise,
  }
  return { model, close: () => Promise.all(opened.map((graph) => graph.close())) }
}
