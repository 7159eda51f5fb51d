import type { IncomingMessage, ServerResponse } from 'node:http'
import { healthOf } from './health.ts'
import type { Log } from './log.ts'
import { headersFor, type PageConfig, playgroundPage } from './playground.ts'
import { isWelcome } from './visitors.ts'

export interface Pages {
  readonly port: number
  readonly instance: string
  readonly log: Log
  /** What the playground is told at this moment. */
  config(): PageConfig
}

/** Answers HTTP: `GET /health`, `GET /`, and nothing else. */
export function answerHttp(request: IncomingMessage, response: ServerResponse, pages: Pages): void {
  const path = request.method === 'GET' ? request.url?.split('?')[0] : undefined
  if (!isWelcome(request, pages.port)) end(response, 403)
  else if (path === '/health') sendHealth(response, pages)
  else if (path !== '/') end(response, 404)
  else if (isOpenedByPerson(request)) void sendPlayground(response, pages)
  else end(response, 403)
}

/** Any page may ask whether a companion is here; it learns nothing else. */
function sendHealth(response: ServerResponse, { instance }: Pages): void {
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify(healthOf(instance)))
}

/** The page holds a secret: it is not sent where another site's page asked for it. */
function isOpenedByPerson({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'none' || site === 'same-origin'
}

async function sendPlayground(response: ServerResponse, pages: Pages): Promise<void> {
  try {
    const page = await playgroundPage(pages.config())
    for (const [name, value] of Object.entries(headersFor(pages.port))) response.setHeader(name, value)
    response.end(page)
  } catch (error) {
    pages.log.error({ err: error }, 'the playground cannot be sent')
    end(response, 500)
  }
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status
  response.end()
}
