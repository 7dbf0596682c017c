import { startFakeCln } from '@lightning-mcp/fake-cln'
import { startFakeEclair } from '@lightning-mcp/fake-eclair'
import type { ServerSettings } from '../in-process/server.ts'

export type Spoilt = 'JSON cut in the middle' | 'ten megabytes' | 'a slow drip' | 'HTML' | 'silence'
export type Way = 'Core Lightning, socket' | 'Core Lightning, clnrest' | 'Eclair'

/** What the node is asked for by each tool, by the name that the node has for it. */
export type Asked = 'anything' | 'balance' | 'invoice'

export interface SpoiltNode extends Omit<ServerSettings, 'home'> {
  readonly secrets: readonly string[]
  /** From now on each answer to this is spoilt. */
  spoil(spoilt: Spoilt, asked: Asked): void
  close(): Promise<void>
}

const EVERY_TRY = 50

const IN_CLN = {
  'JSON cut in the middle': 'cut-json',
  'ten megabytes': 'huge',
  'a slow drip': 'drip',
  HTML: 'html',
  silence: 'silence',
} as const

const CLN_METHODS = { balance: ['listpeerchannels'], invoice: ['invoice'] } as const

async function openCln(way: 'socket' | 'clnrest'): Promise<SpoiltNode> {
  const fake = await startFakeCln({ rest: way === 'clnrest' })
  const { rest } = fake
  return {
    settings: ['--backend', 'cln'],
    env:
      rest === undefined
        ? { CLN_SOCKET: fake.socketPath }
        : { CLN_REST_URL: rest.url, CLN_RUNE: rest.rune, CLN_CA: rest.ca },
    secrets: rest === undefined ? [] : [rest.rune],
    spoil: (spoilt, asked) =>
      fake.faults.arm(IN_CLN[spoilt], {
        times: EVERY_TRY,
        ...(asked === 'anything' ? {} : { methods: CLN_METHODS[asked] }),
      }),
    close: () => fake.close(),
  }
}

const IN_ECLAIR = {
  'JSON cut in the middle': 'cut-json',
  'ten megabytes': 'too-long',
  'a slow drip': 'slow-drip',
  HTML: 'html',
  silence: 'silence',
} as const

const ECLAIR_METHODS = { balance: 'usablebalances', invoice: 'createinvoice' } as const

async function openEclair(): Promise<SpoiltNode> {
  const { url, password, faults, close } = await startFakeEclair()
  return {
    settings: ['--backend', 'eclair'],
    env: { ECLAIR_URL: url, ECLAIR_PASSWORD: password },
    secrets: [password, Buffer.from(`:${password}`).toString('base64')],
    spoil(spoilt, asked) {
      for (let tries = 0; tries < EVERY_TRY; tries++)
        faults.spoilNext(
          IN_ECLAIR[spoilt],
          (method) => asked === 'anything' || method === ECLAIR_METHODS[asked],
        )
    },
    close,
  }
}

export const openSpoiltNode = (way: Way): Promise<SpoiltNode> =>
  way === 'Eclair' ? openEclair() : openCln(way === 'Core Lightning, socket' ? 'socket' : 'clnrest')

interface Expected {
  way: Way
  spoilt: Spoilt
  /** The stable code of a read. */
  code: 'unavailable' | 'protocol_error'
}

const codesOf = (way: Way, codes: Readonly<Record<Spoilt, Expected['code']>>): Expected[] =>
  Object.entries(codes).map(([spoilt, code]) => ({ way, spoilt: spoilt as Spoilt, code }))

export const SPOILT_ANSWERS: readonly Expected[] = [
  ...codesOf('Core Lightning, socket', {
    'JSON cut in the middle': 'unavailable',
    'ten megabytes': 'protocol_error',
    'a slow drip': 'unavailable',
    HTML: 'protocol_error',
    silence: 'unavailable',
  }),
  ...codesOf('Core Lightning, clnrest', {
    'JSON cut in the middle': 'unavailable',
    'ten megabytes': 'protocol_error',
    'a slow drip': 'unavailable',
    // with status 502, as a proxy says it
    HTML: 'unavailable',
    silence: 'unavailable',
  }),
  ...codesOf('Eclair', {
    'JSON cut in the middle': 'protocol_error',
    'ten megabytes': 'protocol_error',
    'a slow drip': 'unavailable',
    HTML: 'protocol_error',
    silence: 'unavailable',
  }),
]
