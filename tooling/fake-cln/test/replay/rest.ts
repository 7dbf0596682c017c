import { request } from 'node:https'
import type { Capture } from '../../src/index.ts'
import type { World } from './world.ts'

export interface HttpAnswer {
  status: number
  content_type: string
  json: unknown
}

/** Which rune a capture was made with: they were taken out of the files. */
const RUNES: Readonly<Record<string, 'none' | 'bad' | 'readonly'>> = {
  'rest-no-rune': 'none',
  'rest-bad-rune': 'bad',
  'rest-readonly-ok': 'readonly',
  'rest-readonly-denied': 'readonly',
}

function runeFor(name: string, world: World): string | undefined {
  const which = RUNES[name]
  if (which === 'none') return undefined
  if (which === 'bad') return 'notarune'
  if (which === 'readonly') return world.fakes.a.createRune('readonly')
  return world.fakes.a.rest?.rune
}

/** Asks clnrest of node `a` what the capture asked. */
export function replayRest(capture: Capture, world: World): Promise<HttpAnswer> {
  const { method, path, headers, body } = capture.request as unknown as {
    method: string
    path: string
    headers: Record<string, string>
    body: unknown
  }
  const rest = world.fakes.a.rest as { url: string; ca: string }
  const rune = runeFor(capture.name, world)
  const { Rune: _taken, ...others } = headers
  const sent = body === null ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, rest.url),
      {
        method,
        ca: rest.ca,
        agent: false,
        headers: { ...others, ...(rune === undefined ? {} : { Rune: rune }) },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => {
          const type = response.headers['content-type'] ?? ''
          resolve({
            status: response.statusCode ?? 0,
            content_type: type,
            json: type.startsWith('application/json') ? JSON.parse(text) : null,
          })
        })
      },
    )
    asked.on('error', reject)
    asked.end(sent)
  })
}
