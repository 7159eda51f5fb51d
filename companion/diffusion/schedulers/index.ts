import { createDdim } from './ddim.ts'
import { createDdpm } from './ddpm.ts'
import { createDpmpp2m, createDpmpp2mKarras } from './dpmpp-2m.ts'
import { createEuler, createEulerAncestral } from './euler.ts'
import { createLcm } from './lcm.ts'
import { createPndm } from './pndm.ts'
import type { CreateScheduler } from './scheduler.ts'
import { createUniPc } from './unipc.ts'

/** Every scheduler, by the name it has on the wire and on the command line. */
export const schedulers = {
  ddim: createDdim,
  ddpm: createDdpm,
  pndm: createPndm,
  euler: createEuler,
  'euler-a': createEulerAncestral,
  'dpmpp-2m': createDpmpp2m,
  'dpmpp-2m-karras': createDpmpp2mKarras,
  unipc: createUniPc,
  lcm: createLcm,
} as const satisfies Readonly<Record<string, CreateScheduler>>

export type SchedulerId = keyof typeof schedulers
