import type { PlaygroundDocument } from './document.ts'

/** What is seen of the document, at the picture's full size, as PNG. */
export async function compositePng({ picture, fills }: PlaygroundDocument): Promise<Blob> {
  if (picture === null) throw new Error('Expected a picture to make a PNG of.')
  const canvas = document.createElement('canvas')
  canvas.width = picture.widthPx
  canvas.height = picture.heightPx
  const context = canvas.getContext('2d')!
  const visible = [
    ...(picture.isVisible ? [picture.bytes] : []),
    ...fills.filter(({ isVisible }) => isVisible).map(({ png }) => png),
  ]
  for (const bytes of visible) {
    const bitmap = await createImageBitmap(new Blob([bytes as BlobPart]))
    context.drawImage(bitmap, 0, 0)
    bitmap.close()
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((png) => {
      if (png === null) reject(new Error('The browser could not write a PNG of this size.'))
      else resolve(png)
    }, 'image/png')
  })
}
