import type { PlaygroundDocument } from './document.ts'
import { useObjectUrl } from './object-url.ts'

/** The picture with the fills over it, as large as the page allows. */
export function Stage({ document }: { readonly document: PlaygroundDocument }) {
  const { picture, fills } = document
  if (picture === null) return null
  return (
    <figure class="stage" aria-label="Picture">
      {picture.isVisible && <Layer name={picture.name} bytes={picture.bytes} />}
      {fills.map(
        ({ layerId, name, png, isVisible }) => isVisible && <Layer key={layerId} name={name} bytes={png} />,
      )}
    </figure>
  )
}

function Layer({ name, bytes }: { readonly name: string; readonly bytes: Uint8Array }) {
  return <img alt={name} src={useObjectUrl(bytes)} draggable={false} />
}
