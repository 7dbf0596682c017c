import { readFileSync } from 'node:fs'
import { type BackendHarness, runConformance, type Stage } from '@lightning-mcp/backend-testkit'
import type { FakeCln } from '@lightning-mcp/fake-cln'
import { describe } from 'vitest'
import { createClnBackend } from '../src/index.ts'
import { openClnWorld } from './harness/cln-stage.ts'
import { withoutWaiting } from './harness/without-waiting.ts'

const REST = { rest: true } as const
/** An authority that has not signed the fake's certificate. */
const OTHER_CA = readFileSync(
  new URL('../../../../tooling/fake-cln/certificates/other-ca.pem', import.meta.url),
  'utf8',
)
const INVOICES = ['invoice', 'delinvoice']
/** Of the right form, and derived from no node. */
const FOREIGN_RUNE = `${Buffer.alloc(32, 7).toString('base64url')}PTk5`

const over = ({ rest, node }: FakeCln, more: { rune?: string; ca?: string } = {}) => {
  if (rest === undefined) throw new Error('the fake does not speak clnrest')
  return createClnBackend(
    { url: rest.url, ca: rest.ca, rune: rest.rune, ...more },
    { clock: () => node.clock.now() },
  )
}

const harness: BackendHarness = {
  name: 'Core Lightning, a fake of v26.06.6 over clnrest',
  network: 'regtest',
  async openStage(): Promise<Stage> {
    const { fake, stage, another, funded } = await openClnWorld(REST)
    const receiveOnly = fake.createRune([
      [
        'method^list',
        'method^get',
        'method^wait',
        'method=help',
        'method=decode',
        'method=feerates',
        ...INVOICES.map((method) => `method=${method}`),
      ],
    ])
    const readOnly = fake.createRune([
      ['method^list', 'method^get', 'method^wait', 'method=help', 'method=decode', 'method=feerates'],
    ])
    return {
      ...stage,
      backends: {
        full: () => over(fake),
        readOnly: () => over(fake, { rune: readOnly }),
        receiveOnly: () => over(fake, { rune: receiveOnly }),
        badCredential: () => over(fake, { rune: FOREIGN_RUNE }),
        untrustedCertificate: () => over(fake, { ca: OTHER_CA }),
        unreachable: () => createClnBackend({ url: 'https://127.0.0.1:9', ca: OTHER_CA, rune: FOREIGN_RUNE }),
        oldVersion: async () => ({
          backend: over(await another({ ...REST, version: 'v24.08' })),
          missing: ['splicing.spliceIn', 'splicing.spliceOut'],
        }),
        funded: async (amountMsat) => over(await funded(amountMsat, REST)),
      },
      secrets: [fake.rest?.rune ?? '', readOnly, receiveOnly, FOREIGN_RUNE],
    }
  },
}

await runConformance({
  describe,
  test: withoutWaiting,
  harness,
  expectedSkips: [
    // the plugin does not answer before the node's wallet is open
    'wallet-locked-not-ready',
  ],
})
