import type { Samples } from '../../companion/image/samples.ts'

/** The busy picture, RGB, that the references were made with: whole numbers throughout, so that nothing need be stored. */
export function referencePicture(width: number, height: number, seed: number): Samples {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [channel, pixel] = [i % 3, Math.floor(i / 3)]
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const wave = modulo(x * (7 + 2 * channel + (seed % 5)) + y * (11 - 3 * channel + (seed % 3)), 256)
    const inverted = (Math.floor(x / 9) + Math.floor(y / 7) + channel + seed) % 3 === 0
    return ((inverted ? 255 - wave : wave) + ((x * x + 3 * y * y + seed * 17) % 41)) % 256
  })
  return { width, height, data }
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
