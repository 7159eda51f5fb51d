import { Button } from '@create-figma-plugin/ui'
import { useEffect, useRef } from 'preact/hooks'
import { strings } from '../strings.ts'

/** What each key does. */
export function KeyList({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => dialog.current?.showModal(), [])

  return (
    <dialog ref={dialog} class="card" aria-labelledby="keys-title" onClose={onClose}>
      <h1 id="keys-title">{strings.keys.title}</h1>
      <dl class="keys">
        {strings.keys.list.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <Button fullWidth secondary onClick={onClose}>
        {strings.close}
      </Button>
    </dialog>
  )
}
