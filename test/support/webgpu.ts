import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, vi } from 'vitest'
import { findChromium } from './launch-chromium.ts'

/**
 * Tests on ONNX Runtime's WebGPU provider, without a graphics card: on SwiftShader, the driver that draws on the processor and
 * that Chromium brings, with a loader for it. Where there is none they are skipped, in CI they fail. Processes that are
 * started by them find it; it has no float16.
 */
export function describeOnWebGpu(name: string, body: () => void): void {
  const folder = swiftShaderFolder()
  const skip = folder === null && !process.env.CI
  if (skip) console.warn(`Skipped: ${name}. ${noSwiftShader}`)
  describe.skipIf(skip)(skip ? `${name} (${noSwiftShader})` : name, () => {
    beforeAll(() => {
      if (folder === null) throw new Error(noSwiftShader)
      vi.stubEnv('VK_ICD_FILENAMES', join(folder, driver))
      vi.stubEnv('LD_LIBRARY_PATH', folder)
    })
    afterAll(() => {
      vi.unstubAllEnvs()
    })
    body()
  })
}

const driver = 'vk_swiftshader_icd.json'
const noSwiftShader = `No ${driver} was found beside Chromium.`

/** Debian's `chromium` on the PATH is a script, the program itself is elsewhere. */
function swiftShaderFolder(): string | null {
  const chromium = findChromium()
  const beside = chromium === null ? [] : [dirname(realpathSync(chromium))]
  const folders = [...beside, '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome']
  return folders.find((folder) => existsSync(join(folder, driver))) ?? null
}
