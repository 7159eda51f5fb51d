import { useId } from 'preact/hooks'
import type { Rect } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'
import type { LaidImage } from '../work.ts'
import { Thumbnail } from './thumbnail.tsx'

export interface VariationsProps {
  /** What each of them makes of the picture, lowest layer first. */
  readonly pictures: readonly (readonly LaidImage[])[]
  readonly region: Rect
  readonly chosen: number
  readonly onChoose: (index: number) => void
}

/** Results to flip through. They are one group of radio buttons, so that the arrow keys do it. */
export function Variations({ pictures, region, chosen, onChoose }: VariationsProps) {
  const name = useId()
  return (
    <fieldset class="variations">
      <legend class="visually-hidden">{strings.variations.legend}</legend>
      {pictures.map((images, index) => (
        <label key={index} class="variation">
          <input
            type="radio"
            name={name}
            class="visually-hidden"
            checked={index === chosen}
            aria-label={strings.variations.one(index + 1, pictures.length)}
            onChange={() => onChoose(index)}
          />
          <Thumbnail images={images} region={region} />
        </label>
      ))}
    </fieldset>
  )
}
