import {
  IconButton,
  IconHidden16,
  IconImport24,
  IconPencilSmall24,
  IconTrash24,
  IconVisible16,
} from '@create-figma-plugin/ui'
import type { ComponentChildren } from 'preact'
import { strings } from '../strings.ts'
import type { Fill, PlaygroundDocument } from './document.ts'

export interface LayersProps {
  readonly document: PlaygroundDocument
  /** Layer to point out; null: none. */
  readonly revealed: string | null
  onToggle(layerId: string): void
  onEdit(fill: Fill): void
  onDownload(fill: Fill): void
  onDelete(fill: Fill): void
}

/** Highest first, as in Figma. */
export function Layers({ document, revealed, onToggle, onEdit, onDownload, onDelete }: LayersProps) {
  const { picture, fills } = document
  const words = strings.playground
  if (picture === null) return null
  return (
    <ul class="layers" aria-label={words.layers}>
      {[...fills].reverse().map((fill) => (
        <Row
          key={fill.layerId}
          name={fill.name}
          isVisible={fill.isVisible}
          isRevealed={fill.layerId === revealed}
          onToggle={() => onToggle(fill.layerId)}
        >
          <IconButton aria-label={words.edit(fill.name)} onClick={() => onEdit(fill)}>
            <IconPencilSmall24 />
          </IconButton>
          <IconButton aria-label={words.download(fill.name)} onClick={() => onDownload(fill)}>
            <IconImport24 />
          </IconButton>
          <IconButton aria-label={words.delete(fill.name)} onClick={() => onDelete(fill)}>
            <IconTrash24 />
          </IconButton>
        </Row>
      ))}
      <Row
        name={picture.name}
        isVisible={picture.isVisible}
        isRevealed={picture.id === revealed}
        onToggle={() => onToggle(picture.id)}
      >
        <span class="size">
          {picture.widthPx} × {picture.heightPx}
        </span>
      </Row>
    </ul>
  )
}

interface RowProps {
  readonly name: string
  readonly isVisible: boolean
  readonly isRevealed: boolean
  readonly children: ComponentChildren
  onToggle(): void
}

function Row({ name, isVisible, isRevealed, children, onToggle }: RowProps) {
  return (
    <li class={isRevealed ? 'revealed' : undefined} aria-current={isRevealed}>
      <IconButton aria-label={strings.playground.show(name)} aria-pressed={isVisible} onClick={onToggle}>
        {isVisible ? <IconVisible16 /> : <IconHidden16 />}
      </IconButton>
      <span class="name" title={name}>
        {name}
      </span>
      {children}
    </li>
  )
}
