import { IconButton, IconSettingsSmall24 } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { CompareButton } from './compare-button.tsx'
import { IconClear, IconRedo, IconUndo } from './icons.tsx'

export interface HeaderProps {
  readonly layerName: string
  /** Stands before the name while a fill is edited. */
  readonly isEditing: boolean
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly canClear: boolean
  readonly canCompare: boolean
  readonly isComparing: boolean
  readonly areSettingsOpen: boolean
  readonly onUndo: () => void
  readonly onRedo: () => void
  readonly onClear: () => void
  readonly onCompare: (isHeld: boolean) => void
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
        aria-label={strings.settings}
        title={strings.settings}
        aria-expanded={props.areSettingsOpen}
        aria-controls="settings"
        onClick={props.onSettings}
      >
        <IconSettingsSmall24 />
      </IconButton>
    </header>
  )
}
