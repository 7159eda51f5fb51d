import { describe, expect, test } from 'vitest'
import type { ImageRequest } from '../../companion/protocol.ts'
import type { ImageBlobs } from '../../ui/companion.ts'
import { CompanionFailure } from '../../ui/companion-failure.ts'
import { openSentImages } from '../../ui/sent-images.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const base = { hash: 'a', png: bytes(1) }
const patch = { hash: 'p', png: bytes(2) }
const laterPatch = { hash: 'q', png: bytes(3) }
const size = { widthPx: 30, heightPx: 20, canvas: null }
const rect = { x: 0, y: 0, width: 30, height: 20 }
const sentBase = [{ id: 'base', orientation: 'none' }, { image: base.png }]

describe('the images of a connection', () => {
  test('travel once', async () => {
    const { images, sent } = start()
    expect(await images.withImage(base, [], size, async (id) => id)).toBe('base')
    expect(await images.withImage(base, [], size, async (id) => id)).toBe('base')
    expect(sent).toEqual([sentBase])
  })

  test('are sent with the fills that lie on them, the same ones once', async () => {
    const { images, sent } = start()
    await images.withImage(base, [patch], size, async () => {})
    expect(await images.withImage(base, [patch], size, async (id) => id)).toBe('present')
    expect(sent).toEqual([
      sentBase,
      [{ id: 'present', from: 'base', orientation: 'none', patches: [rect] }, { patches: [patch.png] }],
    ])
  })

  test('take only the fills along when these change', async () => {
    const { images, sent } = start()
    await images.withImage(base, [patch], size, async () => {})
    await images.withImage(base, [laterPatch], size, async () => {})
    expect(sent.map(([{ id }]) => id)).toEqual(['base', 'present', 'present'])
  })

  test('are sent again, fills and all, for another picture', async () => {
    const { images, sent } = start()
    await images.withImage(base, [patch], size, async () => {})
    await images.withImage({ hash: 'b', png: bytes(9) }, [patch], size, async () => {})
    expect(sent.map(([{ id }]) => id)).toEqual(['base', 'present', 'base', 'present'])
  })

  test('are sent again after the connection was lost', async () => {
    const { images, sent } = start()
    await images.withImage(base, [], size, async () => {})
    images.forget()
    await images.withImage(base, [], size, async () => {})
    expect(sent).toEqual([sentBase, sentBase])
  })

  test('are sent again, once, when the companion has let go of them', async () => {
    const { images, sent } = start()
    const unknown = new CompanionFailure('image-unknown', 'The picture is not known.')
    const answers = [unknown, 'filled']
    const filled = await images.withImage(base, [], size, async () => {
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer
    })
    expect(filled).toBe('filled')
    expect(sent).toEqual([sentBase, sentBase])
    await expect(
      images.withImage(base, [], size, async () => {
        throw unknown
      }),
    ).rejects.toBe(unknown)
  })
})

function start() {
  const sent: [Omit<ImageRequest, 'type'>, ImageBlobs][] = []
  const images = openSentImages({
    async sendImage(request, blobs) {
      sent.push([request, blobs])
      return { type: 'image-ready', id: request.id, width: 30, height: 20 }
    },
  })
  return { images, sent }
}

test('a canvas of an image is taken from the one that was sent', async () => {
  const { images, sent } = start()
  const canvas = { x: -4, y: 0, width: 40, height: 20 }
  await images.withImage(base, [patch], { ...size, canvas }, async () => {})
  await images.withImage(base, [patch], { ...size, canvas }, async () => {})
  const request = { id: 'present', from: 'base', orientation: 'none', patches: [rect] }
  expect(sent).toEqual([sentBase, [{ ...request, canvas }, { patches: [patch.png] }]])
  await images.withImage(base, [patch], size, async () => {})
  expect(sent.at(-1)).toEqual([request, { patches: [patch.png] }])
})
