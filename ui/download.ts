/** Saves bytes as a file of the person's, by way of a link: Figma's frame allows downloads. */
export function saveAsFile(bytes: Uint8Array, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser takes hold of the file after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
