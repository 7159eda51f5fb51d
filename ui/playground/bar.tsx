import { Button, FileUploadButton } from '@create-figma-plugin/ui'
import type { TargetedEvent } from 'preact'
import { strings } from '../strings.ts'

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
  const words = strings.playground
  return (
    <header class="bar">
      <h1>{words.title}</h1>
      <p>{words.privacy}</p>
      <FileUploadButton
        aria-label={words.openPicture}
        acceptedFileTypes={['image/*']}
        secondary={props.hasPicture}
        onClick={(event: TargetedEvent<HTMLInputElement>) => {
          // The same file may be chosen again.
          event.currentTarget.value = ''
        }}
        onSelectedFiles={(files: File[]) => props.onFile(files[0]!)}
      >
        {words.openPicture}
      </FileUploadButton>
      <Button secondary disabled={!props.canUndo} onClick={props.onUndo}>
        {words.undo}
      </Button>
      <Button secondary disabled={!props.hasPicture} onClick={props.onDownload}>
        {words.downloadPicture}
      </Button>
      {!props.isWindowOpen && <Button onClick={props.onOpenWindow}>{words.openInfill}</Button>}
    </header>
  )
}
