import { expect, test } from 'vitest'
import { version as packageVersion } from '../../companion/installation.ts'
import { version } from '../../ui/version.ts'

test('The window’s version is the package’s', () => {
  expect(version).toBe(packageVersion)
})
