import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { builtFile } from '../../companion/installation.ts'
import { playgroundPage } from '../../companion/playground.ts'
import { Client } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'

function configOf(page: string): unknown {
  return JSON.parse(/<script type="application\/json" id="infill-config">(.*?)<\/script>/.exec(page)![1]!)
}

function get(port: number, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`http://localhost:${port}/`, { headers })
}

describe('GET /', () => {
  test('is the built page with a token that works, the port and the code', async () => {
    const { port, token, code } = await startTestCompanion()
    const page = await (await get(port)).text()
    expect(configOf(page)).toEqual({ token, port, code })
    await Client.paired(port, token)
    expect(page.replace(/<script type="application\/json" id="infill-config">.*?<\/script>/, '')).toBe(
      readFileSync(builtFile('playground.html'), 'utf8'),
    )
  })

  test('shows the code of this moment', async () => {
    const companion = await startTestCompanion()
    const client = await Client.connect(companion.port)
    client.send({ type: 'pair', code: companion.code })
    await client.next('ready')
    expect(configOf(await (await get(companion.port)).text())).toMatchObject({ code: companion.code })
  })

  test('has one token for each process', async () => {
    const companions = [await startTestCompanion(), await startTestCompanion()]
    expect(companions[0]!.token).not.toBe(companions[1]!.token)
    const stranger = await Client.connect(companions[0]!.port)
    stranger.send({
      type: 'hello',
      protocol: 1,
      client: { name: 'test', version: '1' },
      token: companions[1]!.token,
    })
    await stranger.next('pair-needed')
  })

  test('can neither be framed, nor kept, nor read by another site', async () => {
    const { port } = await startTestCompanion()
    const { headers } = await get(port)
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`connect-src ws://localhost:${port} http://localhost:${port};`)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each(['cross-site', 'same-site'])('is not sent to a page that is %s', async (site) => {
    const { port, token } = await startTestCompanion()
    const response = await get(port, { 'sec-fetch-site': site })
    expect(response.status).toBe(403)
    expect(await response.text()).not.toContain(token)
  })

  test.each(['none', 'same-origin'])('is sent where the browser says %s', async (site) => {
    const { port } = await startTestCompanion()
    expect((await get(port, { 'sec-fetch-site': site })).status).toBe(200)
  })
})

describe('playgroundPage', () => {
  test('lets nothing in its config end the script', async () => {
    const token = '</script><script>alert(1)</script>$&'
    const page = await playgroundPage({ token, port: 1, code: '<!--' })
    expect(page).not.toContain('</script><script>alert(1)')
    expect(configOf(page)).toEqual({ token, port: 1, code: '<!--' })
  })
})
