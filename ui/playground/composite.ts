import { layOut, type PlaygroundDocument } from './document.ts'

/** What is seen of the document, at the picture's full size, as PNG. */
export async function compositePng(document: PlaygroundDocument): Promise<Blob> {
  if (document.picture === null) throw new Error('Expected a picture to make a PNG of.')
  const { layers, bounds } = layOut(document)
  const canvas = window.document.createElement('canvas')
  canvas.width = bounds.width
  canvas.height = bounds.height
  const context = canvas.getContext('2d')!
  for (const { bytes, rect } of layers) {
    const bitmap = await createImageBitmap(new Blob([bytes as BlobPart]))
    context.drawImage(bitmap, rect.x - bounds.x, rect.y - bounds.y)
    bitmap.close()
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((png) => {
      if (png === null) reject(new Error('The browser could not write a PNG of this size.'))
      else resolve(png)
    }, 'image/png')
  })
}
