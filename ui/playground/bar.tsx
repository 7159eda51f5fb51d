import { Button, FileUploadButton } from '@create-figma-plugin/ui'
import type { TargetedEvent } from 'preact'

export interface BarProps {
  readonly hasPicture: boolean
  readonly canUndo: boolean
  readonly isWindowOpen: boolean
  onFile(file: File): void
  onUndo(): void
  onDownload(): void
  onOpenWindow(): void
}

export function Bar(props: BarProps) {
  return (
    <header class="bar">
      <h1>Infill playground</h1>
      <p>Everything here stays on this computer.</p>
      <FileUploadButton
        aria-label="Open picture"
        acceptedFileTypes={['image/*']}
        secondary={props.hasPicture}
        onClick={(event: TargetedEvent<HTMLInputElement>) => {
          // The same file may be chosen again.
          event.currentTarget.value = ''
        }}
        onSelectedFiles={(files: File[]) => props.onFile(files[0]!)}
      >
        Open picture
      </FileUploadButton>
      <Button secondary disabled={!props.canUndo} onClick={props.onUndo}>
        Undo
      </Button>
      <Button secondary disabled={!props.hasPicture} onClick={props.onDownload}>
        Download picture
      </Button>
      {!props.isWindowOpen && <Button onClick={props.onOpenWindow}>Open Infill</Button>}
    </header>
  )
}
