import type { ModelInfo } from '../protocol.ts'

/** What of a model is here. */
export function stateInWords({ installed, damaged, installedBytes, bytes }: ModelInfo): string {
  if (damaged) return 'damaged'
  if (installed) return 'installed'
  if (installedBytes === 0) return 'not installed'
  return `${Math.floor((100 * installedBytes) / bytes)} % downloaded`
}
