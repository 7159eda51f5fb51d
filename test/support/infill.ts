import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { builtFile } from '../../companion/installation.ts'

/** The built command line in a process of its own, as a person starts it, from a folder that is not ours. */
export class Infill {
  readonly process: ChildProcess
  readonly exitCode: Promise<number | null>
  #output = ''

  constructor(home: string, options: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, [builtFile('infill.js'), ...options], {
      cwd: home,
      env: { ...process.env, ...environment, INFILL_HOME: home },
    })
    this.exitCode = once(this.process, 'close').then(([code]) => code)
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output += text
      })
    }
    onTestFinished(() => void this.process.kill('SIGKILL'))
  }

  get output(): string {
    return this.#output
  }

  /** Resolves with the match as soon as it is printed. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.#output)
        if (match !== null) resolve(match)
      }
      look()
      for (const stream of [this.process.stdout!, this.process.stderr!]) stream.on('data', look)
      this.exitCode.then(() => reject(new Error(`Expected ${pattern} but it said: ${this.#output}`)))
    })
  }
}
