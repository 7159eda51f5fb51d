import { Button } from '@create-figma-plugin/ui'
import { useRef, useState } from 'preact/hooks'
import { strings } from '../strings.ts'

const shownMs = 1500

/** A command for the terminal, with a button that copies it. */
export function CopyCommand({ command }: { readonly command: string }) {
  const code = useRef<HTMLElement>(null)
  const [isCopied, setCopied] = useState(false)

  function copy(): void {
    if (!copyText(code.current!)) return
    setCopied(true)
    setTimeout(() => setCopied(false), shownMs)
  }

  return (
    <div class="command">
      <code ref={code}>{command}</code>
      <Button secondary onClick={copy} aria-label={`${strings.copy}: ${command}`}>
        <span aria-live="polite">{isCopied ? strings.copied : strings.copy}</span>
      </Button>
    </div>
  )
}

/** By selection: the clipboard's own interface needs a secure context, which Figma's frame may not be. */
function copyText(element: HTMLElement): boolean {
  const selection = getSelection()
  if (selection === null) return false
  selection.selectAllChildren(element)
  return document.execCommand('copy')
}
