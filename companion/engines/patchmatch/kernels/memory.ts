/** Sets so many bytes to 0. V8 fills arrays in shared memory one byte after the other. */
export function clear(from: usize, count: usize): void {
  memory.fill(from, 0, count)
}
