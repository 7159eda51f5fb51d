import type { EngineInfo, Task } from '../../companion/protocol.ts'
import { strings } from '../strings.ts'
import { controlsOf, enginesFor, type Wish, withOption } from '../wish.ts'
import { OptionField } from './option-field.tsx'
import { PromptField } from './prompt-field.tsx'
import { SeedField } from './seed-field.tsx'

export interface FurtherOptionsProps {
  readonly task: Task
  readonly wish: Wish
  readonly engines: readonly EngineInfo[]
  /** The one that will do the task. */
  readonly engine: EngineInfo
  readonly seed: number | null
  readonly lastSeed: number | null
  readonly onWish: (change: Partial<Wish>) => void
  readonly onSeed: (seed: number | null) => void
}

/** All that most people never need, as the engine describes it, over the lower part of the picture. */
export function FurtherOptions(props: FurtherOptionsProps) {
  const { task, wish, engines, engine, seed, lastSeed, onWish, onSeed } = props
  const able = enginesFor(task, engines)
  return (
    <section id="further" class="further" aria-label={strings.further}>
      {engine.takesPrompt && (
        <PromptField
          label={strings.prompt.negative}
          placeholder={strings.prompt.negative}
          rows={1}
          value={wish.negativePrompt}
          onValue={(negativePrompt) => onWish({ negativePrompt })}
        />
      )}
      {able.length > 1 && (
        <OptionField
          option={{
            name: 'engine',
            kind: 'choice',
            default: 'auto',
            choices: ['auto', ...able.map(({ id }) => id)],
            label: strings.engine,
          }}
          names={Object.fromEntries(able.map(({ id, title }) => [id, title]))}
          value={wish.engine}
          onValue={(id) => onWish({ engine: String(id ?? 'auto') })}
        />
      )}
      {engine.seeded && <SeedField seed={seed} last={lastSeed} onSeed={onSeed} />}
      {controlsOf(task, engine).further.map((option) => (
        <OptionField
          key={option.name}
          option={option}
          value={wish.options[option.name]}
          onValue={(value) => onWish({ options: withOption(wish, option.name, value) })}
        />
      ))}
    </section>
  )
}
