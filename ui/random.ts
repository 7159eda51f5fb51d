/** `crypto.randomUUID` needs a secure context, which Figma's frame may not be. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-')
}

/** 0 … 2^32 − 1 */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}
