import type { Frame } from 'playwright-core'
import type { PatchReply } from '../../../companion/protocol.ts'

/** When what happened between a click and the layer, in ms of one clock that goes through all processes. */
export interface Timeline {
  /** Of the pointer: on the thing; where there is a second click, also on Remove. */
  readonly presses: readonly number[]
  readonly selectAsked: number
  readonly selectAnswered: number
  readonly fillAsked: number
  readonly fillAnswered: number
  readonly placed: number
  /** The companion's own account of the fill. */
  readonly fill: PatchReply['used']['ms']
}

/** From one moment to another, and who had the work in hand. */
export interface Stage {
  readonly name: string
  readonly ms: number
}

/** The whole way, stage after stage. */
export function stagesOf({ presses, placed, fill, ...timeline }: Timeline): Stage[] {
  const { selectAsked, selectAnswered, fillAsked, fillAnswered } = timeline
  const [onThing, onRemove] = presses
  const found =
    onRemove === undefined
      ? [{ name: 'window: reads and draws masks, asks for the fill', ms: fillAsked - selectAnswered }]
      : [
          { name: 'window: reads and draws masks, until Remove is pressed', ms: onRemove - selectAnswered },
          { name: 'window: makes the mask, asks for the fill', ms: fillAsked - onRemove },
        ]
  const inFill = (['decode', 'load', 'fill', 'blend', 'encode'] as const).map((step) => ({
    name: `  of that: ${step}`,
    ms: fill[step],
  }))
  return [
    { name: 'window: from the press until the companion is asked', ms: selectAsked - onThing! },
    { name: 'companion: finds what is meant', ms: selectAnswered - selectAsked },
    ...found,
    { name: 'companion: fills', ms: fillAnswered - fillAsked },
    ...inFill,
    { name: 'window and document: until the layer is placed', ms: placed - fillAnswered },
  ]
}

/** This process's part of the common clock. */
export function clock(): number {
  return performance.timeOrigin + performance.now()
}

/** From now on the window's frame notes what it does; `takeNotes` hands that out, and begins anew. */
export async function takeNotes(frame: Frame): Promise<() => Promise<Omit<Timeline, 'placed'>>> {
  await frame.evaluate(watch)
  return async () => {
    const { presses, sent, received } = await frame.evaluate(() => {
      const { notes } = globalThis as unknown as { notes: Notes }
      const taken = { ...notes }
      Object.assign(notes, { presses: [], sent: [], received: [] })
      return taken
    })
    const lastOf = (messages: readonly Note[], type: string) => {
      const message = messages.findLast((each) => each.type === type)
      if (message === undefined) throw new Error(`Expected the window to say or hear ${type}.`)
      return message
    }
    const patch = lastOf(received, 'patch')
    return {
      presses,
      selectAsked: lastOf(sent, 'select').ms,
      selectAnswered: lastOf(received, 'selection').ms,
      fillAsked: lastOf(sent, 'fill').ms,
      fillAnswered: patch.ms,
      fill: (patch.header as PatchReply).used.ms,
    }
  }
}

/** A message of the companion's protocol, and when. */
interface Note {
  readonly ms: number
  readonly type: string
  readonly header: unknown
}

interface Notes {
  readonly presses: number[]
  readonly sent: Note[]
  readonly received: Note[]
}

/** In the page. */
function watch(): void {
  const notes: Notes = { presses: [], sent: [], received: [] }
  Object.assign(globalThis, { notes })
  const now = () => performance.timeOrigin + performance.now()
  const noteOf = (message: ArrayBuffer): Note => {
    const headerBytes = new DataView(message).getUint32(0, true)
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, headerBytes)))
    return { ms: now(), type: header.type, header }
  }
  const heard = new WeakSet<WebSocket>()
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (data) {
    if (!heard.has(this)) {
      heard.add(this)
      this.addEventListener('message', (event) => notes.received.push(noteOf(event.data)))
    }
    const bytes = data as Uint8Array<ArrayBuffer>
    notes.sent.push(noteOf(bytes.slice(0).buffer))
    send.call(this, data)
  }
  window.addEventListener('pointerdown', () => notes.presses.push(now()), true)
}
