import assert from 'node:assert/strict'
import {
  type Capability,
  type LightningBackend,
  LightningError,
  OPERATION_NAMES,
  splitOperation,
  supports,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import { settle } from '../expectations.ts'
import { foreignInvoice, freshPreimage } from '../foreign-invoice.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'

/** A call that uses a capability which the backend does not declare. */
interface UndeclaredUse {
  capability: Capability
  call: () => Promise<unknown>
  /** Leaving it out changes no money: a warning in the answer will do. */
  cosmetic?: true
}

export const undeclaredScenarios: readonly Scenario[] = [
  verifies('undeclared-refused', async (context) => {
    const { backend } = context
    for (const operation of OPERATION_NAMES) {
      const [facet, method] = splitOperation(operation)
      if (facet === undefined) continue
      const present = (backend[facet] as Record<string, unknown> | undefined)?.[method]
      const expected = supports(backend.capabilities, operation) ? 'function' : 'undefined'
      assert.equal(typeof present, expected, `${operation} is ${backend.capabilities[operation]}`)
    }
    for (const { capability, call, cosmetic } of undeclaredUses(context)) {
      const answer = await settle(call)
      if ('value' in answer) {
        const warnings = (answer.value as { warnings?: readonly { code: string }[] }).warnings ?? []
        assert.ok(
          cosmetic === true && warnings.some(({ code }) => code === 'unsupported'),
          `${capability} is not declared, but was answered: ${describeValue(answer.value)}`,
        )
      } else {
        const { error } = answer
        assert.ok(LightningError.is(error), `${capability}: threw ${String(error)}`)
        assert.ok(
          error.code === 'unsupported' || error.code === 'permission_denied',
          `${capability} is not declared and must throw unsupported, but threw ${error.code}: ${error.message}`,
        )
        assert.equal(error.sent, 'no', `${capability}: sent`)
      }
    }
  }),

  verifies('refusals-make-no-wire-call', async (context) => {
    const { stage, backend, network, now, amount } = context
    const fixed = await stage.counterparty.createInvoice({ amountMsat: amount(1000) })
    const amountless = foreignInvoice({ network, createdAt: now() })
    const expired = foreignInvoice({ network, createdAt: now() - 7200, amountMsat: amount(1000) })
    const foreign = foreignInvoice({
      network: otherNetwork(context),
      createdAt: now(),
      amountMsat: amount(1000),
    })
    const pay =
      (request: Partial<Parameters<LightningBackend['payInvoice']>[0]> & { invoice: string }) => () =>
        backend.payInvoice({ maxFeeMsat: amount(100), ...request })
    const calls: readonly [string, () => Promise<unknown>][] = [
      ['an expired invoice', pay(expired)],
      ['an invoice of another network', pay(foreign)],
      ['a malformed invoice', pay({ invoice: `${fixed.invoice.slice(0, -6)}qqqqqq` })],
      ['an amountless invoice without amount', pay(amountless)],
      ['an amount beside a fixed invoice', pay({ ...fixed, amountMsat: amount(2000) })],
      ...undeclaredUses(context)
        .filter(({ cosmetic }) => cosmetic === undefined)
        .map(({ capability, call }): [string, () => Promise<unknown>] => [capability, call]),
    ]
    for (const [what, call] of calls) {
      const before = stage.wireCalls!()
      const answer = await settle(call)
      assert.ok('error' in answer, `${what} must be refused`)
      assert.equal(stage.wireCalls!() - before, 0, `${what} must be refused before any I/O`)
    }
  }),
]

const otherNetwork = ({ network }: CaseContext) => (network === 'mainnet' ? 'regtest' : 'mainnet')

/** One call for each undeclared operation outside the facets, and for each undeclared argument of a declared one. */
function undeclaredUses({ backend, network, now, amount }: CaseContext): readonly UndeclaredUse[] {
  const { capabilities } = backend
  const { preimage, paymentHash } = freshPreimage()
  const invoice = { amountMsat: amount(1000), expirySeconds: 600 }
  const { invoice: fixed } = foreignInvoice({ network, createdAt: now(), amountMsat: amount(1000) })
  const { invoice: amountless } = foreignInvoice({ network, createdAt: now() })
  const fee = { maxFeeMsat: ZERO_MSAT }
  const scid = '1x1x1'
  const node = `02${'11'.repeat(32)}` as never
  const uses: readonly UndeclaredUse[] = [
    { capability: 'getInfo', call: () => backend.getInfo() },
    { capability: 'getBalance', call: () => backend.getBalance() },
    { capability: 'createInvoice', call: () => backend.createInvoice(invoice) },
    { capability: 'lookupInvoice', call: () => backend.lookupInvoice({ paymentHash }) },
    { capability: 'payInvoice', call: () => backend.payInvoice({ invoice: fixed, ...fee }) },
    { capability: 'lookupPayment', call: () => backend.lookupPayment({ paymentHash }) },
    { capability: 'listTransactions', call: () => backend.listTransactions({ limit: 1 }) },
    { capability: 'watch', call: async () => backend.watch()[Symbol.asyncIterator]().next() },
    { capability: 'createInvoice.amountless', call: () => backend.createInvoice({ expirySeconds: 600 }) },
    {
      capability: 'createInvoice.descriptionHash',
      call: () => backend.createInvoice({ ...invoice, descriptionHash: paymentHash as never }),
    },
    { capability: 'createInvoice.preimage', call: () => backend.createInvoice({ ...invoice, preimage }) },
    {
      capability: 'createInvoice.privateHints',
      call: () => backend.createInvoice({ ...invoice, privateHints: true }),
      cosmetic: true,
    },
    {
      capability: 'payInvoice.amountless',
      call: () => backend.payInvoice({ invoice: amountless, amountMsat: amount(1000), ...fee }),
    },
    {
      capability: 'payInvoice.maxParts',
      call: () => backend.payInvoice({ invoice: fixed, maxParts: 1, ...fee }),
    },
    {
      capability: 'payInvoice.outgoingChannels',
      call: () => backend.payInvoice({ invoice: fixed, outgoingChannels: [scid], ...fee }),
    },
    {
      capability: 'payInvoice.lastHop',
      call: () => backend.payInvoice({ invoice: fixed, lastHop: node, ...fee }),
    },
  ]
  return uses.filter(
    ({ capability }) =>
      !supports(capabilities, capability) &&
      (!capability.includes('.') || supports(capabilities, capability.split('.')[0] as Capability)),
  )
}
