import '@create-figma-plugin/ui/css/theme.css'
import './playground.css'
import { render } from '@create-figma-plugin/ui'
import { strings } from '../strings.ts'
import { readConfig } from './config.ts'
import { Playground } from './playground.tsx'
import { storedSettings } from './settings.ts'
import { speakAs } from './speech.ts'
import { currentTheme, onThemeChange } from './theme.ts'

speakAs(storedSettings.read())
applyTheme()
onThemeChange(applyTheme)
const config = readConfig()
const Page = () => (config === null ? <NoCompanion /> : <Playground config={config} />)
render(Page)(document.getElementById('root')!, {})

function applyTheme(): void {
  document.body.className = `figma-${currentTheme()}`
}

function NoCompanion() {
  const words = strings.playground
  return (
    <main class="no-companion">
      <h1>{words.title}</h1>
      <p>{words.noCompanion}</p>
      <pre>{strings.absent.command}</pre>
      <p>{words.thenOpen}</p>
    </main>
  )
}
