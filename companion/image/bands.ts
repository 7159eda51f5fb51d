import { setImmediate as turn } from 'node:timers/promises'
import type { Rect } from '../protocol.ts'

/** Some hundredths of a second, for what looks at every pixel once. */
const pixelsBetween = 2 ** 20

/**
 * An area in bands of rows, from the top: for work that takes long. After each the companion hears its clients.
 *
 * @param fewestRows Of a band, where it takes along what is around it.
 * @throws the signal's reason when cancelled
 */
export async function* bandsOf(area: Rect, signal: AbortSignal, fewestRows = 1): AsyncGenerator<Rect> {
  const rows = Math.max(fewestRows, Math.floor(pixelsBetween / area.width))
  for (let y = 0; y < area.height; y += rows) {
    yield { ...area, y: area.y + y, height: Math.min(rows, area.height - y) }
    await listen(signal)
  }
}

/**
 * The same for steps of which each takes some thousandths of a second.
 *
 * @throws the signal's reason when cancelled
 */
export async function stepByStep<T>(steps: Iterator<void, T>, signal: AbortSignal): Promise<T> {
  for (let count = 1; ; count += 1) {
    const { done, value } = steps.next()
    if (done) return value
    if (count % stepsBetween === 0) await listen(signal)
  }
}

const stepsBetween = 16

async function listen(signal: AbortSignal): Promise<void> {
  await turn()
  signal.throwIfAborted()
}
