import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { PairingProblem } from '../link.ts'
import { strings } from '../strings.ts'

export interface PairingProps {
  readonly problem: PairingProblem | null
  readonly onCode: (code: string) => void
}

const digits = 6

/** One field for the six digits; the last one sends them. */
export function Pairing({ problem, onCode }: PairingProps) {
  const input = useRef<HTMLInputElement>(null)
  const [code, setCode] = useState('')
  const lockedSeconds = useSecondsUntil(problem?.kind === 'locked' ? problem.untilMs : 0)
  const isLocked = lockedSeconds > 0

  // A wrong code is typed anew: it is gone when the problem is seen.
  useLayoutEffect(() => {
    setCode('')
    if (!isLocked) input.current?.focus()
  }, [problem, isLocked])

  function type(text: string): void {
    const typed = text.replace(/\D/g, '').slice(0, digits)
    setCode(typed)
    if (typed.length === digits) onCode(typed)
  }

  return (
    <>
      <p id="pairing-text">{strings.pairing.text}</p>
      <input
        ref={input}
        class="code"
        type="text"
        inputMode="numeric"
        autocomplete="one-time-code"
        aria-label={strings.pairing.code}
        aria-describedby="pairing-text pairing-problem"
        aria-invalid={problem !== null}
        disabled={isLocked}
        value={code}
        onInput={({ currentTarget }) => type(currentTarget.value)}
      />
      <p id="pairing-problem" class="problem" role="alert">
        {problemText(problem, lockedSeconds)}
      </p>
      {isLocked && <p class="secondary">{strings.pairing.unlock}</p>}
    </>
  )
}

function problemText(problem: PairingProblem | null, lockedSeconds: number): string {
  if (problem?.kind === 'wrong') return strings.pairing.wrong(problem.attemptsLeft)
  return lockedSeconds > 0 ? strings.pairing.locked(lockedSeconds) : ''
}

function useSecondsUntil(untilMs: number): number {
  const [nowMs, setNowMs] = useState(Date.now())
  const isWaiting = nowMs < untilMs
  useEffect(() => {
    setNowMs(Date.now())
    if (!isWaiting && Date.now() >= untilMs) return
    const timer = setInterval(() => setNowMs(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [untilMs, isWaiting])
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000))
}
