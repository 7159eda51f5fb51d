import { render } from '@create-figma-plugin/ui'
import { ports } from '../companion/protocol.ts'
import { App } from './app.tsx'
import { connect } from './companion.ts'
import { queryLocalNetworkPermission } from './permission.ts'
import { openSandbox } from './sandbox.ts'
import { createSession } from './session/session.ts'
import { version } from './version.ts'
import './style.css'
import './workspace.css'
import './models.css'
import './fill.css'
import './results.css'
import './dialogs.css'

const root = document.getElementById('root')!
const show = render(App)

const session = createSession({
  sandbox: openSandbox((event) => session.receiveEvent(event)),
  connect: ({ token, port, host }) =>
    connect({
      ports: port === null ? ports : [port],
      token,
      client: { name: 'Infill window', version: version },
      WebSocket,
      fetch: (url, init) => fetch(url, init),
      // The playground comes from the companion itself: the browser lets its pages through unasked.
      ...(host === 'figma' && { permission: queryLocalNetworkPermission }),
      onLink: session.receiveLink,
      onToken: session.saveToken,
    }),
  onState: (state) => show(root, { state, session }),
})
document.addEventListener('click', letGoOfButton)
void session.start()

/** A button that was clicked with the mouse keeps no focus: Space is for panning then, not for clicking it again. */
function letGoOfButton({ detail, target }: MouseEvent): void {
  const isByPointer = detail > 0
  if (isByPointer && target instanceof Element) target.closest('button')?.blur()
}
