import '@create-figma-plugin/ui/css/theme.css'
import './playground.css'
import { render } from '@create-figma-plugin/ui'
import { readConfig } from './config.ts'
import { Playground } from './playground.tsx'
import { currentTheme, onThemeChange } from './theme.ts'

applyTheme()
onThemeChange(applyTheme)
const config = readConfig()
const Page = () => (config === null ? <NoCompanion /> : <Playground config={config} />)
render(Page)(document.getElementById('root')!, {})

function applyTheme(): void {
  document.body.className = `figma-${currentTheme()}`
}

function NoCompanion() {
  return (
    <main class="no-companion">
      <h1>Infill playground</h1>
      <p>This page needs Infill’s companion, which serves it. Start it with</p>
      <pre>npm start</pre>
      <p>and open the address that it prints.</p>
    </main>
  )
}
