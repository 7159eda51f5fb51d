/** Every word of a language, by the way that leads to it; of sentences that are made, one with numbers and names in it. */
export function* wordsOf(language: object, path = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(language)) {
    const way = path === '' ? key : `${path}.${key}`
    if (typeof value === 'string') yield [way, value]
    else if (typeof value === 'function') yield [way, sampleOf(way, value)]
    else yield* wordsOf(value as object, way)
  }
}

/** With what the sentence is made of: names of engines where it joins them, numbers otherwise. */
function sampleOf(way: string, make: (...parts: readonly unknown[]) => string): string {
  return way === 'models.usedBy' ? make(['LaMa']) : make(2, 3, 4)
}
