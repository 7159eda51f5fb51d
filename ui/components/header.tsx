import { IconButton, IconSettingsSmall24 } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { CompareButton } from './compare-button.tsx'
import { IconClear, IconRedo, IconResults, IconSplit, IconUndo } from './icons.tsx'
import type { Panel } from './open-panel.tsx'

export interface HeaderProps {
  readonly layerName: string
  /** Stands before the name while a fill is edited. */
  readonly isEditing: boolean
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly canClear: boolean
  readonly canCompare: boolean
  readonly isComparing: boolean
  readonly isSplit: boolean
  /** How many fills lie on the picture. */
  readonly resultCount: number
  readonly openPanel: Panel | null
  readonly onUndo: () => void
  readonly onRedo: () => void
  readonly onClear: () => void
  readonly onCompare: (isHeld: boolean) => void
  readonly onSplit: () => void
  readonly onResults: () => void
  readonly onSettings: () => void
}

export function Header(props: HeaderProps) {
  return (
    <header class="header">
      <h1 title={props.layerName}>
        {props.isEditing && <span class="secondary">{strings.editing} · </span>}
        {props.layerName}
      </h1>
      <IconButton
        aria-label={strings.undo}
        title={strings.undo}
        disabled={!props.canUndo}
        onClick={props.onUndo}
      >
        <IconUndo />
      </IconButton>
      <IconButton
        aria-label={strings.redo}
        title={strings.redo}
        disabled={!props.canRedo}
        onClick={props.onRedo}
      >
        <IconRedo />
      </IconButton>
      <IconButton
        aria-label={strings.clear}
        title={strings.clear}
        disabled={!props.canClear}
        onClick={props.onClear}
      >
        <IconClear />
      </IconButton>
      <CompareButton isDisabled={!props.canCompare} isHeld={props.isComparing} onChange={props.onCompare} />
      <IconButton
        aria-label={strings.split}
        title={strings.split}
        aria-pressed={props.isSplit}
        disabled={!props.canCompare}
        onClick={props.onSplit}
      >
        <IconSplit />
      </IconButton>
      <IconButton
        aria-label={strings.results.open(props.resultCount)}
        title={strings.results.open(props.resultCount)}
        aria-expanded={props.openPanel === 'results'}
        aria-controls="results"
        onClick={props.onResults}
      >
        <IconResults />
      </IconButton>
      <IconButton
        aria-label={strings.settings}
        title={strings.settings}
        aria-expanded={props.openPanel === 'settings'}
        aria-controls="settings"
        onClick={props.onSettings}
      >
        <IconSettingsSmall24 />
      </IconButton>
    </header>
  )
}
