import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import {
  type BackendProfile,
  type LightningBackend,
  NETWORKS,
  OPERATION_NAMES,
  OPERATIONS,
  type OperationClass,
  splitOperation,
  supports,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { captureOutput } from '../capture-output.ts'
import type { CaseContext } from '../case-context.ts'
import { expectRefusal, settle } from '../expectations.ts'
import type { MadeBackend } from '../harness.ts'
import { type Scenario, verifies } from '../scenario.ts'

const REFUSED = ['unsupported', 'permission_denied'] as const

export const setupScenarios: readonly Scenario[] = [
  verifies('info-network-normalised', async ({ backend, profile, network }) => {
    const info = await backend.getInfo()
    assert.ok(NETWORKS.includes(info.network), `${info.network} is none of core's networks`)
    assert.equal(info.network, network, 'network of getInfo')
    assert.equal(profile.identity.network, network, 'network of the profile')
    assert.equal(profile.identity.kind, backend.kind, 'kind of the profile')
    assert.notEqual(profile.identity.id, '', 'the identity has an id')
  }),

  verifies('unreachable-is-unavailable', async ({ stage, adopt }) => {
    const backend = await adopt(stage.backends.unreachable!())
    await expectRefusal('connect', () => backend.connect(), ['unavailable'])
  }),

  verifies('bad-credential-unauthenticated', async ({ stage, adopt }) => {
    const backend = await adopt(stage.backends.badCredential!())
    await expectRefusal('connect', () => backend.connect(), ['unauthenticated'])
  }),

  verifies('readonly-credential-profile', async (context) => {
    const { backend, profile } = await connectOther(context, context.stage.backends.readOnly!())
    assert.equal(profile.permissions.read, 'granted', 'read')
    assert.equal(profile.permissions.receive, 'denied', 'receive')
    assert.equal(profile.permissions.send, 'denied', 'send')
    assertAbsent(backend, ['receive', 'spend'])
    await refusesToPay(context, backend)
    await expectRefusal(
      'createInvoice',
      () => backend.createInvoice({ amountMsat: context.amount(1000), expirySeconds: 600 }),
      REFUSED,
    )
    if (supports(profile.capabilities, 'getBalance')) await backend.getBalance()
  }),

  verifies('receive-only-credential-profile', async (context) => {
    const { backend, profile } = await connectOther(context, context.stage.backends.receiveOnly!())
    assert.equal(profile.permissions.receive, 'granted', 'receive')
    assert.equal(profile.permissions.send, 'denied', 'send')
    assertAbsent(backend, ['spend'])
    await refusesToPay(context, backend)
    const invoice = await backend.createInvoice({ amountMsat: context.amount(1000), expirySeconds: 600 })
    assert.equal(invoice.status, 'open')
  }),

  verifies('self-signed-cert-accepted-only-with-ca', async ({ stage, adopt }) => {
    const backend = await adopt(stage.backends.untrustedCertificate!())
    await expectRefusal('connect', () => backend.connect(), ['unavailable', 'unauthenticated'])
  }),

  verifies('wallet-locked-not-ready', async ({ stage, adopt }) => {
    const backend = await adopt(stage.backends.locked!())
    await expectRefusal('connect', () => backend.connect(), ['not_ready'])
  }),

  verifies('version-too-old-or-method-missing-drops-facet', async (context) => {
    const { backend: made, missing } = await context.stage.backends.oldVersion!()
    const { backend, profile } = await connectOther(context, made)
    assert.ok(missing.length > 0, 'the harness must name what the old version lacks')
    for (const capability of missing) {
      assert.equal(profile.capabilities[capability], 'none', capability)
      assert.equal(backend.capabilities[capability], 'none', capability)
    }
    assertAbsent(backend, ['read', 'receive', 'spend', 'manage'])
  }),

  verifies('secrets-absent-from-errors-and-logs', async ({ stage, adopt, backend, profile }) => {
    const { secrets = [], backends } = stage
    assert.ok(secrets.length > 0, 'the harness must name its secrets')
    const seen: unknown[] = [profile, await backend.getInfo()]
    const output = await captureOutput(async () => {
      seen.push(await settle(() => backend.payInvoice({ invoice: 'lnbcrt1broken', maxFeeMsat: ZERO_MSAT })))
      for (const make of [
        backends.badCredential,
        backends.unreachable,
        backends.locked,
        backends.untrustedCertificate,
      ]) {
        if (make === undefined) continue
        const other = await adopt(make.call(backends))
        seen.push(await settle(() => other.connect()))
      }
    })
    const text = [
      ...seen.map((value) => inspect(value, { depth: 12, showHidden: true })),
      ...seen.map(stackOf),
      output,
    ].join('\n')
    for (const [index, secret] of secrets.entries())
      assert.ok(!text.includes(secret), `secret number ${index + 1} of the harness was printed`)
  }),

  verifies('close-ends-streams-and-sockets', async ({ stage, backend, until, within }) => {
    if (supports(backend.capabilities, 'watch')) {
      const next = backend.watch()[Symbol.asyncIterator]().next()
      await backend.close()
      assert.equal((await within('the stream after close', next)).done, true, 'close ends a running stream')
    }
    await backend.close()
    await within('a second close', backend.close())
    if (stage.openConnections !== undefined)
      await until(
        'no connection is open',
        () => stage.openConnections!(),
        (open) => open === 0,
      )
  }),
]

async function connectOther(
  { adopt }: CaseContext,
  made: MadeBackend,
): Promise<{ backend: LightningBackend; profile: BackendProfile }> {
  const backend = await adopt(made)
  return { backend, profile: await backend.connect() }
}

/** Nothing of these classes is declared, and no facet offers it. */
function assertAbsent(backend: LightningBackend, classes: readonly OperationClass[]): void {
  for (const operation of OPERATION_NAMES) {
    const [facet, method] = splitOperation(operation)
    const declared = supports(backend.capabilities, operation)
    if (classes.length < 4 && classes.includes(OPERATIONS[operation]))
      assert.ok(!declared, `${operation} is still declared`)
    if (facet === undefined || declared) continue
    const present = (backend[facet] as Record<string, unknown> | undefined)?.[method]
    assert.equal(present, undefined, `${operation} is not declared, but is there`)
  }
}

async function refusesToPay({ stage, amount }: CaseContext, backend: LightningBackend): Promise<void> {
  const { invoice } = await stage.counterparty.createInvoice({ amountMsat: amount(1000) })
  await expectRefusal('payInvoice', () => backend.payInvoice({ invoice, maxFeeMsat: amount(100) }), REFUSED)
}

const stackOf = (value: unknown): string => {
  const error = (value as { error?: unknown }).error
  return error instanceof Error ? `${error.stack}\n${JSON.stringify(error)}` : ''
}
