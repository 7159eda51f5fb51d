import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { builtFile, installationFolder, version } from '../../../companion/installation.ts'
import type { Options } from '../../../companion/protocol.ts'

/** A way to fill that runs as a process: PROGRAM ARGUMENTS IMAGE MASK OUTPUT SEED … prints a `Cost` as JSON. */
export interface Contestant {
  readonly name: string
  readonly version: string
  readonly program: string
  readonly arguments: readonly string[]
  readonly lastArguments: readonly string[]
  /** Whether another seed gives another fill. */
  readonly seeded: boolean
  /** What a kept fill depends on beside picture and seed; null: not to be kept. */
  readonly fingerprint: string | null
}

/** As the contestant's own process counts it. Reading and writing the pictures is in none but `wholeProcessorMs`. */
export interface Cost {
  readonly wallMs: number
  /** User and system time of all its threads. */
  readonly processorMs: number
  /** The same from the process's start to the end of the fill: start, imports, decoding, fill. */
  readonly wholeProcessorMs: number
  /** The most memory the whole process held up to the end of the fill. */
  readonly peakBytes: number
}

export interface PeerDefinition {
  readonly name: string
  /** In ../peers. */
  readonly adapter: string
  readonly seeded: boolean
  readonly install: string
}

/** The first is the one that Infill is compared with. */
export const peers: readonly PeerDefinition[] = [
  {
    name: 'pypatchmatch',
    adapter: 'pypatchmatch.py',
    seeded: true,
    install: 'pip install pypatchmatch pillow',
  },
  { name: "G'MIC", adapter: 'matchpatch.py', seeded: false, install: 'apt install gmic' },
  {
    name: 'shift-map',
    adapter: 'shift_map.py',
    seeded: false,
    install: 'pip install opencv-contrib-python-headless pillow',
  },
  {
    name: 'Telea',
    adapter: 'telea.py',
    seeded: false,
    install: 'pip install opencv-contrib-python-headless pillow',
  },
]

export const python = process.env.INFILL_BENCH_PYTHON ?? 'python3'

export function infill(options: Options): Contestant {
  return {
    name: 'Infill',
    version,
    program: process.execPath,
    arguments: [builtFile('bench-infill.js')],
    lastArguments: [JSON.stringify(options)],
    seeded: true,
    fingerprint: null,
  }
}

/** The peers that are there. Each that is not is reported once, with what would install it. */
export async function availablePeers(
  names: readonly string[] | null,
  report: (line: string) => void,
): Promise<readonly Contestant[]> {
  const wanted = peers.filter(({ name }) => names === null || names.includes(name))
  const unknown = names?.filter((name) => !peers.some((peer) => peer.name === name)) ?? []
  if (unknown.length > 0) {
    const known = peers.map(({ name }) => name).join(', ')
    throw new Error(`Expected peers among ${known} but received ${unknown.join(', ')}.`)
  }
  const found = await Promise.all(
    wanted.map(async (peer) => {
      const contestant = await openPeer(peer)
      if (typeof contestant !== 'string') return [contestant]
      report(`${peer.name} is left out: ${contestant}. To install it: ${peer.install}`)
      return []
    }),
  )
  return found.flat()
}

/** The contestant, or why it is not there. */
async function openPeer({ name, adapter, seeded }: PeerDefinition): Promise<Contestant | string> {
  const script = peerFile(adapter)
  try {
    const { stdout } = await promisify(execFile)(python, [script, '--check'])
    const text = (
      await Promise.all([script, peerFile('peer.py')].map((file) => readFile(file, 'utf8')))
    ).join()
    return {
      name,
      version: stdout.trim(),
      program: python,
      arguments: [script],
      lastArguments: [],
      seeded,
      fingerprint: `${stdout.trim()}\n${text}`,
    }
  } catch (error) {
    return reasonOf(error)
  }
}

export function peerFile(name: string): string {
  return join(installationFolder, 'test/bench/peers', name)
}

/** The last line that the program wrote, or why it did not start. */
export function reasonOf(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string }
  return stderr.trim().split('\n').at(-1) || message
}
