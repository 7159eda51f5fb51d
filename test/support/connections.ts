import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * Watches the connections that a server of this process accepts on `port`, until the test ends.
 *
 * @returns how to break them all, as happens when a computer falls asleep.
 */
export function watchConnections(port: number): () => void {
  const sockets = new Set<Socket>()
  const keep = (event: unknown) => {
    const { socket } = event as { socket: Socket }
    if (socket.localPort === port) sockets.add(socket)
  }
  subscribe(acceptedByServer, keep)
  onTestFinished(() => {
    unsubscribe(acceptedByServer, keep)
  })
  return () => {
    for (const socket of sockets) socket.destroy()
  }
}

/** Node's own channel. */
const acceptedByServer = 'net.server.socket'
