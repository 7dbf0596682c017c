import { randomBytes } from 'node:crypto'
import {
  createManualClock,
  createSimulatedNetwork,
  type ManualClock,
  type NetworkTopology,
} from '@lightning-mcp/backend-simulator'
import { sat } from '@lightning-mcp/core'
import { type FakeEclair, startFakeEclair } from '../src/index.ts'
import type { Json, JsonObject } from '../src/json.ts'

/** An answer, as the captures keep one. */
export interface Answer {
  status: number
  contentType: string | null
  challenge: string | null
  json: Json
}

/** Three Eclairs in a line, a – b – c, as those that the captures come from. */
export interface EclairLine {
  readonly a: FakeEclair
  readonly b: FakeEclair
  readonly c: FakeEclair
  readonly clock: ManualClock
  close(): Promise<void>
}

export async function startLine(channels: NetworkTopology['channels'] = []): Promise<EclairLine> {
  const seed = randomBytes(32).toString('hex')
  const nodes = (['a', 'b', 'c'] as const).map((name) => ({
    name,
    alias: `ecl-${name}`,
    onchainSat: sat(200_000_000n),
  }))
  const clock = createManualClock(Date.now())
  const network = createSimulatedNetwork({ seed, clock, topology: { nodes, channels } })
  const start = (node: string): Promise<FakeEclair> =>
    startFakeEclair({ network: { network, seed }, clock, node, wrongPasswordDelayMs: 5, askTimeoutMs: 20 })
  const [a, b, c] = [await start('a'), await start('b'), await start('c')]
  return {
    a,
    b,
    c,
    clock,
    async close() {
      for (const eclair of [a, b, c]) await eclair.close()
      network.close()
    },
  }
}

/** The line with both its channels, where b has none of its own in the one to a. */
export const startLineWithChannels = (): Promise<EclairLine> =>
  startLine([
    { between: ['a', 'b'], capacitySat: sat(2_000_000n), remoteSat: sat(0n) },
    { between: ['b', 'c'], capacitySat: sat(1_000_000n), remoteSat: sat(300_000n) },
  ])

type Form = Readonly<Record<string, string | number>>

/** Calls a method as the captures were made. */
export async function call(
  { url, password }: FakeEclair,
  path: string,
  form: Form = {},
  more: { method?: string; authorization?: string | null; contentType?: string } = {},
): Promise<Answer> {
  const { method = 'POST', contentType = 'application/x-www-form-urlencoded' } = more
  const authorization =
    more.authorization === undefined
      ? `Basic ${Buffer.from(`:${password}`).toString('base64')}`
      : more.authorization
  const body = new URLSearchParams(
    Object.entries(form).map(([key, value]): [string, string] => [key, String(value)]),
  )
  const response = await fetch(`${url}/${path}`, {
    method,
    headers: { 'content-type': contentType, ...(authorization === null ? {} : { authorization }) },
    ...(method === 'GET' ? {} : { body: body.toString() }),
  })
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    challenge: response.headers.get('www-authenticate'),
    json: (await response.json()) as Json,
  }
}

/** Calls a method that answers an object. */
export const ask = async (eclair: FakeEclair, path: string, form: Form = {}): Promise<JsonObject> =>
  (await call(eclair, path, form)).json as JsonObject
