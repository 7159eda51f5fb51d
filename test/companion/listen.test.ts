import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { StartError } from '../../companion/errors.ts'
import { isFree, listen } from '../../companion/listen.ts'

/** A port that another program holds on one address. */
async function heldPort(address: string): Promise<number> {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function listenUntilFinished(ports: readonly number[]) {
  const listening = await listen(ports)
  onTestFinished(() => {
    for (const server of listening.servers) server.close()
  })
  return listening
}

describe('listen', () => {
  test('takes the same port on both loopback addresses', async () => {
    const { port, servers } = await listenUntilFinished([0])
    const addresses = servers.map((server) => server.address() as AddressInfo)
    expect(addresses.map(({ address }) => address)).toEqual(['127.0.0.1', '::1'])
    expect(addresses.map((address) => address.port)).toEqual([port, port])
  })

  test.each(['127.0.0.1', '::1'])('goes on to the next port where %s is taken', async (address) => {
    const held = await heldPort(address)
    expect(await isFree(held)).toBe(false)
    const { port } = await listenUntilFinished([held, 0])
    expect(port).not.toBe(held)
  })

  test('names who holds the ports when none is free', async () => {
    const held = [await heldPort('127.0.0.1'), await heldPort('::1')]
    const failed = listen(held)
    await expect(failed).rejects.toThrow(StartError)
    for (const port of held) await expect(failed).rejects.toThrow(`port ${port} is held by`)
  })

  test('leaves a port free that was only looked at', async () => {
    const { port, servers } = await listen([0])
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    expect(await isFree(port)).toBe(true)
    expect(await isFree(port)).toBe(true)
  })
})
