import { Button, IconButton, IconCloseSmall24 } from '@create-figma-plugin/ui'
import type { ComponentChildren } from 'preact'
import type { Notice } from '../state.ts'
import { strings } from '../strings.ts'

export interface NoticeBarProps {
  readonly notice: Notice
  /** Absent: it goes when its cause does. */
  readonly onDismiss?: () => void
  /** What can be done about it at once. */
  readonly action?: { readonly name: string; readonly isDisabled: boolean; readonly act: () => void }
  /** What else helps, in a row of its own. */
  readonly children?: ComponentChildren
}

/** What happened and what to do, over the picture's lower edge. */
export function NoticeBar({ notice: { tone, message, hint }, onDismiss, action, children }: NoticeBarProps) {
  return (
    <div class={`notice is-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <p>
        {message}
        {hint !== undefined && ` ${hint}`}
      </p>
      {action !== undefined && (
        <Button secondary disabled={action.isDisabled} onClick={action.act}>
          {action.name}
        </Button>
      )}
      {onDismiss !== undefined && (
        <IconButton aria-label={strings.close} title={strings.close} onClick={onDismiss}>
          <IconCloseSmall24 />
        </IconButton>
      )}
      {children}
    </div>
  )
}
