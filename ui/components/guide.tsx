import { Button } from '@create-figma-plugin/ui'
import { useEffect, useRef, useState } from 'preact/hooks'
import { strings } from '../strings.ts'

/** The three steps from a mark to a layer, one after another. */
export function Guide({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const next = useRef<HTMLButtonElement>(null)
  const [at, setAt] = useState(0)
  const { steps } = strings.guide
  const step = steps[at]!
  const isLast = at === steps.length - 1

  useEffect(() => {
    dialog.current?.showModal()
    next.current?.focus()
  }, [])

  return (
    <dialog ref={dialog} class="card" aria-labelledby="guide-title" onClose={onClose}>
      <h1 id="guide-title">{step.title}</h1>
      <p aria-live="polite">{step.text}</p>
      <div class="buttons">
        {!isLast && (
          <Button fullWidth secondary onClick={onClose}>
            {strings.guide.skip}
          </Button>
        )}
        <Button ref={next} fullWidth onClick={() => (isLast ? onClose() : setAt(at + 1))}>
          {isLast ? strings.guide.done : strings.guide.next}
        </Button>
      </div>
    </dialog>
  )
}
