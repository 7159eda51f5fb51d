import * as v from 'valibot'
import { version } from './installation.ts'
import { type Health, protocolVersion } from './protocol.ts'

export function healthOf(instance: string): Health {
  return { name: 'infill', version, protocol: protocolVersion, instance }
}

/** Asks whatever holds a port of this machine; null: nothing, or no Infill. */
export async function fetchHealth(port: number, timeoutMs = 1000): Promise<Health | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, {
      signal: AbortSignal.timeout(timeoutMs),
    })
    return v.parse(health, await response.json())
  } catch {
    return null
  }
}

const health = v.object({
  name: v.literal('infill'),
  version: v.string(),
  protocol: v.number(),
  instance: v.string(),
})
