import { describe, expect, test } from 'vitest'
import { models } from '../../models/index.ts'

describe.each(models)('the record of $title', ({ id, purpose, licence, files }) => {
  test('says what it is for and under which terms', () => {
    expect(id).toMatch(/^[a-z0-9-]+$/)
    expect(purpose).toMatch(/\.$/)
    expect(licence.name).not.toBe('')
    expect(new URL(licence.url).protocol).toBe('https:')
  })

  test.each(files)('can be trusted with $name', ({ name, sizeBytes, sha256, sha256From, urls }) => {
    // It becomes a path below the model's folder.
    expect(name).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/)
    expect(sizeBytes).toBeGreaterThan(0)
    if (sha256From === 'none') expect(sha256).toBeNull()
    else expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(urls.length).toBeGreaterThan(1)
    for (const url of urls) expect(new URL(url).protocol).toBe('https:')
  })
})

test('no two models of the catalogue have the same id', () => {
  const ids = models.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(expect.arrayContaining(['lama', 'migan']))
})
