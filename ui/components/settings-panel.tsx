import { Button, Checkbox } from '@create-figma-plugin/ui'
import type { Settings } from '../../plugin/messages.ts'
import { strings } from '../strings.ts'

type Choice = 'placeAtOnce' | 'separateLayers' | 'alwaysFinished'

export interface SettingsPanelProps {
  readonly settings: Settings
  readonly onChange: (change: Partial<Settings>) => void
  readonly onModels: () => void
}

const choices: readonly { readonly name: Choice; readonly label: string; readonly hint: string }[] = [
  { name: 'placeAtOnce', label: strings.placeAtOnce, hint: strings.placeAtOnceHint },
  { name: 'separateLayers', label: strings.separateLayers, hint: strings.separateLayersHint },
  { name: 'alwaysFinished', label: strings.alwaysFinished, hint: strings.alwaysFinishedHint },
]

/** How a fill joins the document, and the way to the models. */
export function SettingsPanel({ settings, onChange, onModels }: SettingsPanelProps) {
  return (
    <section id="settings" class="settings" aria-label={strings.settings}>
      {choices.map(({ name, label, hint }) => (
        <Checkbox
          key={name}
          value={settings[name]}
          onValueChange={(value: boolean) => onChange({ [name]: value })}
        >
          <span>{label}</span>
          <span class="secondary">{hint}</span>
        </Checkbox>
      ))}
      <Button fullWidth secondary onClick={onModels}>
        {strings.models.open}
      </Button>
    </section>
  )
}
