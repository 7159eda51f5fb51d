import type { Rect } from '../companion/protocol.ts'
import type { Companion } from './companion.ts'
import { CompanionFailure } from './companion-failure.ts'
import type { ShownFill } from './work.ts'

interface Base {
  readonly hash: string
  readonly png: Uint8Array
}

/** Which part of a picture is worked on. */
export interface Take {
  /** The picture's size. */
  readonly widthPx: number
  readonly heightPx: number
  /** In pixels of the picture; may reach beyond it, and is transparent there. null: all of it. */
  readonly canvas: Rect | null
}

/** What the companion was given on this connection, so that a picture travels once and then only masks do. */
export interface SentImages {
  /** Gives the companion the base with the patches over it, as far as it lacks them, and hands their image's id to `use`. */
  withImage<T>(
    base: Base,
    patches: readonly Pick<ShownFill, 'hash' | 'png'>[],
    take: Take,
    use: (imageId: string) => Promise<T>,
  ): Promise<T>
  /** The connection is gone, and with it what the companion kept. */
  forget(): void
}

/** Sent again under the same id, an image replaces the last one: the companion keeps two of each window, not more. */
const ids = { base: 'base', present: 'present' } as const

export function openSentImages(companion: Pick<Companion, 'sendImage'>): SentImages {
  /** What stands under each id: a hash, or hashes and canvas. */
  let sent: { base?: string; present?: string } = {}
  /** One at a time: who comes while a picture is on its way waits for it, and does not send it again. */
  let sending: Promise<unknown> = Promise.resolve()

  return {
    async withImage(base, patches, take, use) {
      try {
        return await use(await sendInTurn(base, patches, take))
      } catch (error) {
        const isForgotten = error instanceof CompanionFailure && error.code === 'image-unknown'
        if (!isForgotten) throw error
        // The companion lets go of old images when its memory is full.
        sent = {}
        return use(await sendInTurn(base, patches, take))
      }
    },
    forget() {
      sent = {}
    },
  }

  function sendInTurn(...what: Parameters<typeof send>): Promise<string> {
    const sent = sending.then(() => send(...what))
    // The next one is not to fail for this one's reason.
    sending = sent.catch(() => {})
    return sent
  }

  async function send(
    base: Base,
    patches: readonly Pick<ShownFill, 'hash' | 'png'>[],
    { widthPx, heightPx, canvas }: Take,
  ): Promise<string> {
    if (sent.base !== base.hash) {
      await companion.sendImage({ id: ids.base, orientation: 'none' }, { image: base.png })
      sent = { base: base.hash }
    }
    if (patches.length === 0 && canvas === null) return ids.base
    const present = JSON.stringify([patches.map(({ hash }) => hash), canvas])
    if (sent.present !== present) {
      const rect = { x: 0, y: 0, width: widthPx, height: heightPx }
      await companion.sendImage(
        {
          id: ids.present,
          from: ids.base,
          orientation: 'none',
          patches: patches.map(() => rect),
          ...(canvas === null ? {} : { canvas }),
        },
        { patches: patches.map(({ png }) => png) },
      )
      sent = { base: base.hash, present }
    }
    return ids.present
  }
}
