import { IconButton, IconClose16 } from '@create-figma-plugin/ui'
import type { RefObject } from 'preact'
import { useLayoutEffect, useMemo } from 'preact/hooks'
import type { SandboxMessage } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'
import type { StandIn } from './stand-in.ts'
import { windowDocument } from './window-document.ts'

export interface PluginWindowProps {
  readonly frame: RefObject<HTMLIFrameElement | null>
  readonly widthPx: number
  readonly heightPx: number
  readonly standIn: StandIn
  onClose(): void
}

/** The window in a frame like Figma's: sandboxed, of null origin, spoken to by messages only. */
export function PluginWindow({ frame, widthPx, heightPx, standIn, onClose }: PluginWindowProps) {
  const html = useMemo(windowDocument, [])

  // Before the frame begins to load: its first question comes at once.
  useLayoutEffect(() => {
    async function answer({ source, data }: MessageEvent): Promise<void> {
      if (frame.current === null || source !== frame.current.contentWindow) return
      tell(frame.current, await standIn(data.pluginMessage))
    }
    addEventListener('message', answer)
    return () => removeEventListener('message', answer)
  }, [frame, standIn])

  return (
    <section class="plugin-window" aria-label={strings.playground.window} style={{ width: `${widthPx}px` }}>
      <header>
        <h2>Infill</h2>
        <IconButton aria-label={strings.playground.closeInfill} onClick={onClose}>
          <IconClose16 />
        </IconButton>
      </header>
      <iframe
        ref={frame}
        title="Infill"
        allow="local-network-access"
        sandbox="allow-scripts allow-modals allow-forms allow-popups allow-downloads"
        srcdoc={html}
        style={{ height: `${heightPx}px` }}
      />
    </section>
  )
}

/** Sends a message to the window in `frame`, if it is open. Figma wraps messages in `pluginMessage`, in both directions. */
export function tell(frame: HTMLIFrameElement | null, pluginMessage: SandboxMessage): void {
  frame?.contentWindow?.postMessage({ pluginMessage }, '*')
}
