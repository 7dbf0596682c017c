import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FakeCln, startFakeCln } from '@lightning-mcp/fake-cln'
import { type FakeEclair, startFakeEclair } from '@lightning-mcp/fake-eclair'
import { fixture } from '../../../packages/backends/lnd/test/fixtures.ts'
import { refuse, ScriptedLnd } from '../../../packages/backends/lnd/test/harness/scripted-lnd.ts'

/** Of the scripted LNDs. */
export const LND_CERTIFICATE = join(
  import.meta.dirname,
  '../../../packages/backends/lnd/test/fixtures/proxy.cert',
)

/** What each case may be pointed at. Started once. */
export interface Lab {
  readonly folder: string
  /** Over its socket and over clnrest. */
  readonly cln: FakeCln & Required<Pick<FakeCln, 'rest'>>
  readonly otherCln: FakeCln & Required<Pick<FakeCln, 'rest'>>
  readonly oldCln: FakeCln
  readonly eclair: FakeEclair
  readonly oldEclair: FakeEclair
  /** LNDs that answer getInfo and little else, each in its own way. */
  readonly lnd: Readonly<Record<'good' | 'refusing' | 'locked' | 'old', ScriptedLnd>>
  readonly macaroons: Readonly<Record<string, string>>
  /** Path of a file that holds this. */
  file(name: string, text: string): Promise<string>
  /** An HTTP server without TLS that is no node. */
  readonly website: string
  /** All that may never be shown. */
  secrets(): readonly string[]
  close(): Promise<void>
}

export async function openLab(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'node-faults-'))
  const [cln, otherCln, oldCln, eclair, oldEclair] = await Promise.all([
    startFakeCln({ rest: true }),
    startFakeCln({ rest: true }),
    startFakeCln({ version: 'v23.08' }),
    startFakeEclair({ wrongPasswordDelayMs: 5 }),
    startFakeEclair({ version: '0.9' }),
  ])
  const lnd = await openLnds()
  const macaroons = fixture<Record<string, string>>('macaroons')
  const website = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>It works!</h1>')
  })
  await new Promise<void>((resolve) => website.listen(0, '127.0.0.1', resolve))
  return {
    folder,
    cln: withRest(cln),
    otherCln: withRest(otherCln),
    oldCln,
    eclair,
    oldEclair,
    lnd,
    macaroons,
    async file(name, text) {
      const path = join(folder, name)
      await writeFile(path, text, { mode: 0o600 })
      return path
    },
    website: `127.0.0.1:${(website.address() as AddressInfo).port}`,
    secrets: () => [
      withRest(cln).rest.rune,
      withRest(otherCln).rest.rune,
      eclair.password,
      oldEclair.password,
      ...Object.values(macaroons),
      Buffer.from(`:${eclair.password}`).toString('base64'),
    ],
    async close() {
      website.closeAllConnections()
      website.close()
      for (const one of Object.values(lnd)) one.stop()
      await Promise.all([cln, otherCln, oldCln, eclair, oldEclair].map((one) => one.close()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function openLnds(): Promise<Lab['lnd']> {
  const lnd = {
    good: new ScriptedLnd(),
    refusing: new ScriptedLnd().on('getInfo', () => {
      // https://github.com/go-macaroon/macaroon
      throw refuse(2, 'verification failed: signature mismatch after caveat verification')
    }),
    locked: new ScriptedLnd()
      .on('getState', () => ({ state: 'LOCKED' }))
      .on('getInfo', () => {
        throw refuse(2, 'wallet locked, unlock it to enable full RPC access')
      }),
    old: new ScriptedLnd().on('getInfo', () => ({ ...fixture<object>('info'), version: '0.15.5-beta' })),
  }
  await Promise.all(Object.values(lnd).map((one) => one.start()))
  return lnd
}

function withRest(fake: FakeCln): FakeCln & Required<Pick<FakeCln, 'rest'>> {
  if (fake.rest === undefined) throw new Error('this fake speaks no clnrest')
  return fake as FakeCln & Required<Pick<FakeCln, 'rest'>>
}

/** Settings with which a server works, one way after the other. */
export const rightSettings = (lab: Lab) => [
  { way: 'Core Lightning, socket', settings: ['--backend', 'cln'], env: { CLN_SOCKET: lab.cln.socketPath } },
  {
    way: 'Core Lightning, clnrest',
    settings: ['--backend', 'cln'],
    env: { CLN_REST_URL: lab.cln.rest.url, CLN_RUNE: lab.cln.rest.rune, CLN_CA: lab.cln.rest.ca },
  },
  {
    way: 'Eclair',
    settings: ['--backend', 'eclair'],
    env: { ECLAIR_URL: lab.eclair.url, ECLAIR_PASSWORD: lab.eclair.password },
  },
]
