import { Button } from '@create-figma-plugin/ui'
import type { Link } from '../link.ts'
import type { Session } from '../session/session.ts'
import { strings } from '../strings.ts'
import { CopyCommand } from './copy-command.tsx'
import { Page } from './page.tsx'
import { Pairing } from './pairing.tsx'
import { Waiting } from './waiting.tsx'

export interface ConnectProps {
  readonly link: Exclude<Link, { state: 'ready' }>
  readonly session: Pick<Session, 'search' | 'pair'>
}

/** What stands between the person and the companion, and what to do about it. */
export function Connect({ link, session }: ConnectProps) {
  switch (link.state) {
    case 'searching':
      return (
        <div class="page">
          <Waiting text={strings.searching} />
        </div>
      )
    case 'permission-needed':
      return (
        <Page title={strings.permission.title}>
          <p>{strings.permission.text}</p>
          <Button fullWidth onClick={session.search}>
            {strings.connect}
          </Button>
        </Page>
      )
    case 'blocked':
      return (
        <Page title={strings.blocked.title}>
          <p>{strings.blocked.text}</p>
          <ol>
            {strings.blocked.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <p class="secondary">{strings.blocked.after}</p>
        </Page>
      )
    case 'absent':
      return (
        <Page title={strings.absent.title}>
          <p>{strings.absent.text}</p>
          <CopyCommand command={strings.absent.command} />
          <Waiting text={strings.absent.waiting} />
        </Page>
      )
    case 'pairing':
      return (
        <Page title={strings.pairing.title}>
          <Pairing problem={link.problem} onCode={session.pair} />
        </Page>
      )
    case 'outdated':
      return (
        <Page title={strings.outdated.title}>
          <p>{link.message}</p>
          <p class="secondary">{strings.outdated.hint}</p>
        </Page>
      )
  }
}
