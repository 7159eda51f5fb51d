import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RequestMessage, SandboxMessage } from '../../plugin/messages.ts'
import { addPicture, FakeFigma, type FakeRectangle, noiseFill, shown } from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

let figma: FakeFigma
let plugin: OpenPlugin
let photo: FakeRectangle
beforeEach(async () => {
  figma = new FakeFigma()
  photo = await addPicture(figma)
  plugin = await openPlugin({ figma })
})
afterEach(() => plugin.close())

async function fill(): Promise<string> {
  const source = await plugin.request('openSource', { layerId: photo.id })
  return (await plugin.request('place', await noiseFill(source, 2))).fill.layerId
}

describe('the relaunch button', () => {
  test('opens the plugin with the fill to edit', async () => {
    const layerId = await fill()
    plugin.close()
    plugin = await openPlugin({ figma, command: 'edit', relaunchNode: { id: layerId } })
    expect(await plugin.request('start', { preferred: 'en' })).toMatchObject({
      editLayerId: layerId,
      selection: { layers: [{ id: photo.id }] },
    })
  })

  test('on a layer that is no fill any more opens it as usual', async () => {
    plugin.close()
    plugin = await openPlugin({ figma, command: 'edit', relaunchNode: photo })
    expect((await plugin.request('start', { preferred: 'en' })).editLayerId).toBeNull()
  })

  test('pressed while the window is open is reported', async () => {
    const layerId = await fill()
    await plugin.request('start', { preferred: 'en' })
    const events: SandboxMessage[] = []
    plugin.onMessage((message) => events.push(message))
    figma.select(layerId)
    figma.emit('run', { command: 'open', parameters: undefined })
    figma.emit('run', { command: 'edit', parameters: undefined })
    expect(events).toEqual([{ type: 'edit', layerId }])
  })
})

describe('requests', () => {
  test('are each answered once, by their number', async () => {
    const answers: SandboxMessage[] = []
    plugin.onMessage((message) => answers.push(message))
    for (const call of [1, 2, 3])
      plugin.send({ type: 'request', call, name: 'saveToken', asks: { token: 'x' } })
    await plugin.request('start', { preferred: 'en' })
    const numbers = answers.filter((message) => message.type === 'reply').map(({ call }) => call)
    expect(numbers.filter((call) => call > 0)).toEqual([1, 2, 3])
  })

  test('that fail by a mistake of ours are logged, and the person is told', async () => {
    const broken = { type: 'request', call: -999, name: 'nonsense', asks: {} } as unknown as RequestMessage
    const answers: SandboxMessage[] = []
    plugin.onMessage((message) => answers.push(message))
    plugin.send(broken)
    await plugin.request('start', { preferred: 'en' })
    expect(answers[0]).toMatchObject({ type: 'refusal', call: -999, failure: { code: 'internal' } })
    expect(plugin.log).toEqual([expect.stringContaining('error:')])
  })

  test('that are refused for a reason are not logged as mistakes', async () => {
    await expect(plugin.request('openSource', { layerId: '1:999' })).rejects.toThrow('source-gone')
    expect(plugin.log).toEqual([])
  })

  test('reveal selects a layer and brings it into view', async () => {
    await plugin.request('reveal', { layerId: photo.id })
    expect(figma.currentPage.selection).toEqual([photo])
    expect(figma.viewport[shown]).toEqual([[photo.id]])
  })
})
