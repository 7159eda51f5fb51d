/**
 * What was done differently from what was asked, as the person is told. Notes carry no code: they are found again by their
 * words, so that each has its Chinese in `chinese.ts`.
 */
export const notes = {
  endsAtMask: 'The fill ends exactly at the mask, because growing it would leave nothing to copy from.',
  continuedIn: (passes: number) =>
    `The picture was continued in ${passes} passes, each from what the last one made.`,
  computedAt: (percent: number) => `The fill was computed at ${percent} % of the picture’s size.`,
  partlyComputedAt: (percent: number) =>
    `Part of the fill was computed at ${percent} % of the picture’s size.`,
  inSlices: (count: number) =>
    `What is too long to be seen at once was filled in ${count} overlapping slices.`,
  refined: (made: string, refined: string, parts: number) =>
    `The fill was made at ${made} and refined at ${refined}, in ${parts} overlapping parts.`,
  detailFrom: (engine: string) =>
    `Fine detail was copied from other parts of the picture, which ${engine} found.`,
  reducedTo8Bits: 'The picture was reduced to 8 bits a channel.',
  fromCmyk: 'The picture was converted from CMYK to sRGB.',
  firstFrame: 'Of the animation only the first frame was used.',
  fromNoise:
    'Nothing around the mask could be used to begin with, so the fill began with noise (strength 1).',
  deviceNotUsed: (device: string, why: string) => `${device} was not used. ${why}`,
  memoryShort: (way: string) => `Memory was short, so ${way}.`,
  noPicture: (way: string) => `The first result was no picture, so ${way}.`,
  cardFailed: (way: string) => `The graphics card failed, so ${way}.`,
}

/** Other ways to compute a fill, to end a sentence with. */
export const ways = {
  lean: 'the network was loaded in a smaller, slower form',
  inTwoRuns: 'guidance was computed in two runs',
  alone: 'all else was unloaded',
  inTiles: 'the picture was encoded and decoded in tiles',
  sliced: 'attention was computed in smaller slices',
  smaller: (percent: number) => `the fill was computed at ${percent} % of its size`,
  inFloat32: 'it was computed in float32',
  onCpu: 'the CPU computed the fill',
}
