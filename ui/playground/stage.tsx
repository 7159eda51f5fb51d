import { strings } from '../strings.ts'
import { type LaidLayer, layOut, type PlaygroundDocument } from './document.ts'
import { useObjectUrl } from './object-url.ts'

/** The picture with the fills over it, as large as the page allows. */
export function Stage({ document }: { readonly document: PlaygroundDocument }) {
  const { layers, bounds } = layOut(document)
  const { x, y, width, height } = bounds
  return (
    <figure class="stage" aria-label={strings.playground.picture}>
      <svg viewBox={`${x} ${y} ${width} ${height}`} aria-hidden="true">
        {layers.map((layer) => (
          <Layer key={layer.layerId} {...layer} />
        ))}
      </svg>
    </figure>
  )
}

function Layer({ bytes, rect }: LaidLayer) {
  return <image {...rect} href={useObjectUrl(bytes)} preserveAspectRatio="none" />
}
