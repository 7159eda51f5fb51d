import { limits, protocolVersion } from './protocol.ts'

/**
 * What the connection itself says to the person at the screen. Sentences about pictures, masks, engines and options are
 * made where they arise and carry a code, by which they are translated (`translate.ts`).
 */
export const words = {
  malformed: (detail: string) =>
    `The companion could not read a message: ${detail} Update Infill so that both sides are of the same version.`,
  textMessage: 'Expected a binary message but received a text message.',
  unknownMessage: (type: string) =>
    `The companion does not know the message ${shown(type)}. Update Infill so that both sides are of the same version.`,
  otherProtocol: (asked: unknown) =>
    `The companion speaks protocol ${protocolVersion}, the window asked for ${shown(asked)}. Update the older of the two.`,

  notPaired: 'This window is not paired with the companion. Enter the code that the companion shows.',
  wrongCode: (attemptsLeft: number) =>
    attemptsLeft > 0
      ? `That is not the code. Look at what the companion shows now; ${attemptsLeft} more ${attemptsLeft === 1 ? 'try' : 'tries'} before pairing is locked.`
      : 'That is not the code, and pairing is locked for a while now. `infill pair` prints a fresh code and lifts the lock.',
  pairingLocked: (retryAfterMs: number) =>
    `Too many wrong codes. Try again in ${Math.ceil(retryAfterMs / 1000)} seconds, or run \`infill pair\` for a fresh code.`,

  invalidField: (name: string, allowed: string, value: unknown) =>
    `Expected ${name} to be ${allowed} but received ${shown(value)}.`,
  busyId: (id: string) => `Expected id to be a new one, but the job "${id}" has not ended.`,
  missingImage: 'No picture came with the request. Send one, or name one that was sent before.',
  patchCount: (rects: number, blobs: number) =>
    `Expected patches to have a rectangle for each patch sent but received ${rects} for ${blobs}.`,
  imageUnknown: (id: string) =>
    `The companion does not have the picture "${id}", or has forgotten it. Send it again.`,
  missingMask: 'No mask came with the request. Mark what should be filled.',
  noSelector: 'Nothing here can select by this. Paint over what should be filled.',

  queueFull: (most: number) => `${most} jobs are waiting already. Wait until one has ended, or cancel some.`,
  jobUnknown: (id: string) =>
    `The companion knows no job "${id}", or its result is no longer kept. Start it again.`,
  shuttingDown: 'The companion is stopping. Start it again with `infill serve`, then try again.',
  internal: (errorId: string) =>
    `Something went wrong inside the companion (error ${errorId}). Try again; if it happens again, report it with the lines of this number from the log.`,

  tooLargeUnpaired: `Larger than ${limits.unpairedMessageBytes / 2 ** 10} KiB before pairing`,
  stopped: 'The companion was stopped.',
} as const

/** A client's value in a sentence: short, and in quotes where it is a text. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
