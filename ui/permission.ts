/**
 * What the browser says about reaching programs on this machine. Chrome and Edge ask the person (since version 142, for
 * WebSockets since 147); 'unknown': a browser that does not ask, or does not tell, such as Figma's desktop app.
 */
export type LocalNetworkPermission = 'granted' | 'denied' | 'prompt' | 'unknown'

/** Newest name first: Chrome 145 split 'local-network-access' in two. */
const names = ['loopback-network', 'local-network-access']

export async function queryLocalNetworkPermission(): Promise<LocalNetworkPermission> {
  // Absent where the frame is no secure context, as in a data: URL.
  if (navigator.permissions === undefined) return 'unknown'
  for (const name of names) {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName })
      return state
    } catch (error) {
      // A name this browser does not know.
      if (!(error instanceof TypeError)) throw error
    }
  }
  return 'unknown'
}
