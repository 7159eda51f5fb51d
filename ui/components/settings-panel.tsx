import { Button, Checkbox } from '@create-figma-plugin/ui'
import { useId } from 'preact/hooks'
import type { Settings } from '../../plugin/messages.ts'
import { languages, strings } from '../strings.ts'

export interface SettingsPanelProps {
  readonly settings: Settings
  readonly onChange: (change: Partial<Settings>) => void
  readonly onModels: () => void
  readonly onKeys: () => void
  readonly onGuide: () => void
}

/** How a fill joins the document, in which words, and the way to all else. */
export function SettingsPanel({ settings, onChange, onModels, onKeys, onGuide }: SettingsPanelProps) {
  const choices = [
    { name: 'placeAtOnce', label: strings.placeAtOnce, hint: strings.placeAtOnceHint },
    { name: 'separateLayers', label: strings.separateLayers, hint: strings.separateLayersHint },
    { name: 'alwaysFinished', label: strings.alwaysFinished, hint: strings.alwaysFinishedHint },
  ] as const
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
      <LanguageField locale={settings.locale} onLocale={(locale) => onChange({ locale })} />
      <div class="buttons">
        <Button fullWidth secondary onClick={onKeys}>
          {strings.keys.open}
        </Button>
        <Button fullWidth secondary onClick={onGuide}>
          {strings.guide.again}
        </Button>
      </div>
      <Button fullWidth secondary onClick={onModels}>
        {strings.models.open}
      </Button>
    </section>
  )
}

interface LanguageFieldProps {
  readonly locale: Settings['locale']
  readonly onLocale: (locale: Settings['locale']) => void
}

/** Each language is called what it calls itself. */
const names = { en: 'English', 'zh-CN': '简体中文' } as const

function LanguageField({ locale, onLocale }: LanguageFieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{strings.language}</label>
      <select
        id={id}
        value={locale ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onLocale(value in languages ? (value as keyof typeof names) : null)
        }
      >
        <option value="">{strings.languageOfSystem}</option>
        {Object.entries(names).map(([each, name]) => (
          <option key={each} value={each} lang={each}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}
