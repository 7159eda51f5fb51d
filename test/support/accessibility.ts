import axe from 'axe-core'
import type { Frame } from 'playwright-core'

/** What axe finds wrong in one frame, a paragraph each. */
export async function findFaults(frame: Frame): Promise<readonly string[]> {
  await frame.evaluate(axe.source)
  return frame.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document, { iframes: false })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
    )
  })
}
