import { Button, IconAdjustSmall24, IconButton, RangeSlider } from '@create-figma-plugin/ui'
import { useId } from 'preact/hooks'
import type { EngineInfo, Option, Task } from '../../companion/protocol.ts'
import { strings } from '../strings.ts'
import { controlsOf, type Wish, withOption } from '../wish.ts'
import { OptionField } from './option-field.tsx'
import { PromptField } from './prompt-field.tsx'
import { ToolBar, type ToolBarProps } from './tool-bar.tsx'
import { VariationCount } from './variation-count.tsx'

export interface WordsControlsProps {
  readonly tools: ToolBarProps
  readonly task: Task
  readonly wish: Wish
  /** null: none is installed that could do it. */
  readonly engine: EngineInfo | null
  readonly canFill: boolean
  readonly areOptionsOpen: boolean
  readonly onWish: (change: Partial<Wish>) => void
  readonly onOptions: () => void
  readonly onFill: () => void
  readonly onModels: () => void
}

/** What is marked becomes what is written: the tools, a few words, and one button. */
export function WordsControls(props: WordsControlsProps) {
  const { tools, task, wish, engine, canFill, onWish, onFill } = props
  if (engine === null) return <NoEngine {...props} />
  return (
    <>
      <ToolBar {...tools} />
      <PromptField
        label={strings.prompt.label}
        placeholder={strings.prompt.placeholder}
        rows={2}
        value={wish.prompt}
        onValue={(prompt) => onWish({ prompt })}
      />
      <Choices {...props} engine={engine} />
      <Button fullWidth disabled={!canFill} onClick={onFill}>
        {strings.tasks[task]}
      </Button>
    </>
  )
}

function NoEngine({ task, onModels }: WordsControlsProps) {
  return (
    <>
      <p role="status">{strings.noEngine[task]}</p>
      <Button fullWidth onClick={onModels}>
        {strings.models.open}
      </Button>
    </>
  )
}

/** What kind of picture, how many, and the way to all else. */
function Choices(props: WordsControlsProps & { readonly engine: EngineInfo }) {
  const { task, wish, engine, areOptionsOpen, onWish, onOptions } = props
  const { preset, fitting } = controlsOf(task, engine)
  const setOption = (option: Option, value: Wish['options'][string] | undefined) =>
    onWish({ options: withOption(wish, option.name, value) })
  return (
    <>
      {fitting !== null && (
        <FittingSlider
          option={fitting}
          value={wish.options.fitting}
          onValue={(value) => setOption(fitting, value)}
        />
      )}
      <div class="choices">
        {preset !== null && (
          <OptionField
            option={preset}
            value={wish.options[preset.name]}
            onValue={(value) => setOption(preset, value)}
          />
        )}
        <VariationCount
          count={wish.variations[task]}
          onCount={(count) => onWish({ variations: { ...wish.variations, [task]: count } })}
        />
        <IconButton
          aria-label={strings.further}
          title={strings.further}
          aria-expanded={areOptionsOpen}
          aria-controls="further"
          onClick={onOptions}
        >
          <IconAdjustSmall24 />
        </IconButton>
      </div>
    </>
  )
}

interface FittingSliderProps {
  readonly option: Option
  readonly value: Wish['options'][string] | undefined
  readonly onValue: (value: number) => void
}

/** In hundredths, because the slider counts in whole steps. */
function FittingSlider({ option, value, onValue }: FittingSliderProps) {
  const id = useId()
  return (
    <div class="fitting">
      <span id={id} class="visually-hidden">
        {strings.fitting.label}
      </span>
      <span class="secondary">{strings.fitting.loose}</span>
      <RangeSlider
        aria-labelledby={id}
        minimum={100 * (option.min ?? 0)}
        maximum={100 * (option.max ?? 1)}
        value={String(Math.round(100 * Number(value ?? option.default ?? 1)))}
        onNumericValueInput={(hundredths: number) => onValue(hundredths / 100)}
      />
      <span class="secondary">{strings.fitting.tight}</span>
    </div>
  )
}
