import { readFile } from 'node:fs/promises'
import { builtFile, version } from '../../../companion/installation.ts'
import type { Options } from '../../../companion/protocol.ts'
import { adapterFile, checkAdapter, python } from './python.ts'

/** A way to fill that runs as a process: PROGRAM ARGUMENTS IMAGE MASK OUTPUT SEED fills and prints a `Cost` as JSON. */
export interface Contestant {
  readonly name: string
  readonly version: string
  readonly program: string
  readonly arguments: readonly string[]
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

interface PeerDefinition {
  readonly name: string
  /** In ../peers. */
  readonly adapter: string
  readonly seeded: boolean
  readonly install: string
}

/** The first is the one that Infill is compared with. */
const peers: readonly PeerDefinition[] = [
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

export function infill(options: Options): Contestant {
  return {
    name: 'Infill',
    version,
    program: process.execPath,
    arguments: [builtFile('bench-infill.js'), JSON.stringify(options)],
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
  const found = await Promise.all(wanted.map((peer) => openPeer(peer, report)))
  return found.filter((contestant) => contestant !== null)
}

/** The peer, or null where it is missing, which is reported. */
async function openPeer(
  { name, adapter, seeded, install }: PeerDefinition,
  report: (line: string) => void,
): Promise<Contestant | null> {
  const file = adapterFile(adapter)
  const found = await checkAdapter(file)
  if ('problem' in found) {
    report(`${name} is left out: ${found.problem}. To install it: ${install}`)
    return null
  }
  const sources = await Promise.all([file, adapterFile('peer.py')].map((path) => readFile(path, 'utf8')))
  const { version } = found
  return {
    name,
    version,
    program: python,
    arguments: [file],
    seeded,
    fingerprint: [version, ...sources].join('\n'),
  }
}
