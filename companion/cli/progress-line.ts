import { sizeInWords } from '../byte-size.ts'
import type { ByteProgress } from '../store/pace.ts'

/** Where progress is written: stderr. */
export type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>

/** Says how far something is: in one line that changes on a terminal, elsewhere in a new line for each tenth. */
export class ProgressLine {
  readonly #output: Output
  #last = ''

  constructor(output: Output) {
    this.#output = output
  }

  /** @param name Of what is downloaded or read. */
  show(name: string, { stage, done, total, etaMs }: ByteProgress): void {
    const what = `${stage === 'download' ? 'Downloading' : 'Checking'} ${name}`
    const percent = Math.floor((100 * done) / total)
    const left = etaMs === undefined ? '' : `, ${timeInWords(etaMs)} left`
    const line = `${what}: ${percent} %, ${sizeInWords(done)} of ${sizeInWords(total)}${left}`
    if (this.#output.isTTY) {
      this.#output.write(`\r${line}\x1b[K`)
      this.#last = line
      return
    }
    const tenth = `${what} ${Math.floor(percent / 10)}`
    if (tenth === this.#last) return
    this.#output.write(`${line}\n`)
    this.#last = tenth
  }

  /** Leaves the line to what is said next. */
  clear(): void {
    if (this.#output.isTTY && this.#last !== '') this.#output.write('\r\x1b[K')
    this.#last = ''
  }
}

function timeInWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}
