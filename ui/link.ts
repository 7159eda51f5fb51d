import type { Reply } from '../companion/protocol.ts'

export type Ready = Extract<Reply, { type: 'ready' }>

/** How things stand with the companion. */
export type Link =
  /** Looking for it, or greeting it. */
  | { readonly state: 'searching' }
  /** The browser will ask the person before it lets the window through; `search` begins. */
  | { readonly state: 'permission-needed' }
  /** The browser does not let the window through. Looked for again by itself. */
  | { readonly state: 'blocked' }
  /** Not running on any of the ports. Looked for again by itself. */
  | { readonly state: 'absent' }
  | { readonly state: 'pairing'; readonly problem: PairingProblem | null }
  | { readonly state: 'ready'; readonly ready: Ready }
  /** It speaks another version of the protocol. */
  | { readonly state: 'outdated'; readonly message: string }

export type PairingProblem =
  | { readonly kind: 'wrong'; readonly attemptsLeft: number }
  /** `untilMs`: on the clock of `Date.now`. */
  | { readonly kind: 'locked'; readonly untilMs: number }
