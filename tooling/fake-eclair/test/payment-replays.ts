import { setTimeout as wait } from 'node:timers/promises'
import type { JsonObject } from '../src/json.ts'
import { type Answer, ask, call, type EclairLine } from './eclair-line.ts'

/** Brings the line into the state of a capture and repeats its request there. */
export type Replay = (line: EclairLine) => Promise<Answer>

const ZERO = '0'.repeat(64)
const PREIMAGE = '22'.repeat(32)
const DESCRIPTION_HASH = '11'.repeat(32)
const TOO_BIG = 900_000_000
const COFFEE = { description: 'coffee', amountMsat: 10_000, expireIn: 3600 }

const invoiceOf = async (
  { c }: EclairLine,
  form: Record<string, string | number> = COFFEE,
): Promise<string> => (await ask(c, 'createinvoice', form))['serialized'] as string
const hashOf = async ({ c }: EclairLine, invoice: string): Promise<string> =>
  (await ask(c, 'parseinvoice', { invoice }))['paymentHash'] as string
const paidInvoice = async (
  line: EclairLine,
): Promise<{ invoice: string; paymentHash: string; id: string }> => {
  const invoice = await invoiceOf(line)
  const outcome = await ask(line.a, 'payinvoice', { invoice, blocking: 'true' })
  return { invoice, paymentHash: await hashOf(line, invoice), id: outcome['id'] as string }
}
const started = async (line: EclairLine, invoice: string): Promise<string> =>
  (await call(line.a, 'payinvoice', { invoice })).json as string

/** Looks a payment up until it is over. */
async function ended(line: EclairLine, id: string): Promise<Answer> {
  for (;;) {
    const answer = await call(line.a, 'getsentinfo', { id })
    const rows = answer.json as readonly { status: { type: string } }[]
    if (rows.every(({ status }) => status.type !== 'pending')) return answer
    await wait(1)
  }
}

const blocking = async (line: EclairLine, invoice: string, more: Record<string, string | number> = {}) =>
  call(line.a, 'payinvoice', { invoice, blocking: 'true', ...more })

const refusedByRecipient: Replay = async (line) => {
  const invoice = await invoiceOf(line)
  await call(line.c, 'deleteinvoice', { paymentHash: await hashOf(line, invoice) })
  return blocking(line, invoice)
}

const expiredInvoice = async (line: EclairLine): Promise<string> => {
  const invoice = await invoiceOf(line, { description: 'expires', amountMsat: 1000, expireIn: 1 })
  line.clock.advance(2000)
  return invoice
}

/** Being paid and paying. */
export const paymentReplays: Readonly<Record<string, Replay>> = {
  createinvoice: ({ c }) => call(c, 'createinvoice', COFFEE),
  'createinvoice-bad-amount': ({ a }) => call(a, 'createinvoice', { description: 'a', amountMsat: 'abc' }),
  'createinvoice-both': ({ a }) =>
    call(a, 'createinvoice', { description: 'a', descriptionHash: DESCRIPTION_HASH, amountMsat: 1000 }),
  'createinvoice-deschash': ({ c }) =>
    call(c, 'createinvoice', { descriptionHash: DESCRIPTION_HASH, amountMsat: 1000 }),
  'createinvoice-missing': ({ a }) => call(a, 'createinvoice', { amountMsat: 1000 }),
  'createinvoice-no-amount': ({ c }) => call(c, 'createinvoice', { description: 'any' }),
  'createinvoice-preimage': ({ c }) =>
    call(c, 'createinvoice', { description: 'a', amountMsat: 1000, paymentPreimage: PREIMAGE }),
  'createinvoice-preimage-again': async ({ c }) => {
    const form = { description: 'a', amountMsat: 1000, paymentPreimage: PREIMAGE }
    await call(c, 'createinvoice', form)
    return call(c, 'createinvoice', form)
  },
  'createinvoice-unicode': ({ c }) =>
    call(c, 'createinvoice', { description: 'caffè ☕ & = +', amountMsat: 1000 }),
  deleteinvoice: async (line) =>
    call(line.c, 'deleteinvoice', { paymentHash: await hashOf(line, await invoiceOf(line)) }),
  'deleteinvoice-again': ({ c }) => call(c, 'deleteinvoice', { paymentHash: ZERO }),
  'deleteinvoice-paid': async (line) =>
    call(line.c, 'deleteinvoice', { paymentHash: (await paidInvoice(line)).paymentHash }),
  getinvoice: async (line) =>
    call(line.c, 'getinvoice', { paymentHash: await hashOf(line, await invoiceOf(line)) }),
  'getinvoice-unknown': ({ c }) => call(c, 'getinvoice', { paymentHash: ZERO }),
  'getreceivedinfo-pending': async (line) =>
    call(line.c, 'getreceivedinfo', { paymentHash: await hashOf(line, await invoiceOf(line)) }),
  'getreceivedinfo-received': async (line) =>
    call(line.c, 'getreceivedinfo', { paymentHash: (await paidInvoice(line)).paymentHash }),
  'getreceivedinfo-expired': async (line) =>
    call(line.c, 'getreceivedinfo', { paymentHash: await hashOf(line, await expiredInvoice(line)) }),
  'getreceivedinfo-unknown': ({ c }) => call(c, 'getreceivedinfo', { paymentHash: ZERO }),
  listinvoices: async (line) => {
    await invoiceOf(line)
    return call(line.c, 'listinvoices')
  },
  'listinvoices-page': async (line) => {
    await invoiceOf(line)
    await invoiceOf(line, { description: 'any' })
    await invoiceOf(line, { descriptionHash: DESCRIPTION_HASH, amountMsat: 1000 })
    await invoiceOf(line)
    return call(line.c, 'listinvoices', { count: 2, skip: 1 })
  },
  'listinvoices-range': async (line) => {
    await invoiceOf(line)
    return call(line.c, 'listinvoices', { from: 0, to: Math.floor(Date.now() / 1000) + 60 })
  },
  listpendinginvoices: async (line) => {
    await invoiceOf(line)
    return call(line.c, 'listpendinginvoices')
  },
  listreceivedpayments: async (line) => {
    await paidInvoice(line)
    return call(line.c, 'listreceivedpayments')
  },
  parseinvoice: async (line) => call(line.a, 'parseinvoice', { invoice: await invoiceOf(line) }),
  'parseinvoice-bad': ({ a }) => call(a, 'parseinvoice', { invoice: 'lnbcrt1nope' }),

  payinvoice: async (line) => call(line.a, 'payinvoice', { invoice: await invoiceOf(line) }),
  'payinvoice-again': async (line) =>
    call(line.a, 'payinvoice', { invoice: (await paidInvoice(line)).invoice }),
  'payinvoice-bad': ({ a }) => call(a, 'payinvoice', { invoice: 'lnbcrt1nope' }),
  'payinvoice-amountless-missing': async (line) =>
    blocking(line, await invoiceOf(line, { description: 'any' })),
  'payinvoice-amountless': async (line) =>
    blocking(line, await invoiceOf(line, { description: 'any' }), { amountMsat: 5000 }),
  'payinvoice-blocking': async (line) => blocking(line, await invoiceOf(line), { externalId: 'order-1' }),
  'payinvoice-blocking-again': async (line) => blocking(line, (await paidInvoice(line)).invoice),
  'payinvoice-blocking-fail-balance': async (line) =>
    blocking(line, await invoiceOf(line, { description: 'above balance', amountMsat: 5_000_000_000 })),
  'payinvoice-blocking-fail-fee': async (line) =>
    blocking(line, await invoiceOf(line), { maxFeeFlatSat: 0, maxFeePct: 0 }),
  'payinvoice-blocking-fail-liquidity': async (line) =>
    blocking(line, await invoiceOf(line, { description: 'too big', amountMsat: TOO_BIG }), {
      maxAttempts: 2,
    }),
  'payinvoice-deleted': refusedByRecipient,
  'payinvoice-expired': async (line) => blocking(line, await expiredInvoice(line)),
  'payinvoice-fail': async (line) =>
    call(line.a, 'payinvoice', {
      invoice: await invoiceOf(line, { description: 'too big', amountMsat: TOO_BIG }),
      maxAttempts: 2,
    }),
  'ws-payinvoice-blocking': async (line) => blocking(line, await invoiceOf(line)),
  'ws-payinvoice-fail': async (line) =>
    blocking(line, await invoiceOf(line, { description: 'too big', amountMsat: TOO_BIG })),
  'ws-payinvoice-remote-fail': refusedByRecipient,
  sendtonode: ({ a, c }) => call(a, 'sendtonode', { nodeId: c.nodeId, amountMsat: 3000 }),

  'getsentinfo-early': async (line) => {
    line.a.script.stopBeforeFirstHtlc()
    return call(line.a, 'getsentinfo', { id: await started(line, await invoiceOf(line)) })
  },
  'getsentinfo-id': async (line) => ended(line, (await paidInvoice(line)).id),
  'getsentinfo-hash': async (line) =>
    call(line.a, 'getsentinfo', { paymentHash: (await paidInvoice(line)).paymentHash }),
  'getsentinfo-again': async (line) => {
    const { invoice } = await paidInvoice(line)
    return ended(line, await started(line, invoice))
  },
  'getsentinfo-failed': async (line) =>
    ended(line, await started(line, await invoiceOf(line, { description: 'too big', amountMsat: TOO_BIG }))),
  'getsentinfo-keysend': async (line) => {
    const { json } = await call(line.a, 'sendtonode', { nodeId: line.c.nodeId, amountMsat: 3000 })
    return ended(line, json as string)
  },
  'getsentinfo-noparam': ({ a }) => call(a, 'getsentinfo'),
  'getsentinfo-unknown': ({ a }) => call(a, 'getsentinfo', { paymentHash: ZERO }),
  'getsentinfo-offer': async (line) => {
    const offer = await offerOf(line)
    await call(line.a, 'payoffer', { offer, amountMsat: 7000, blocking: 'true' })
    return call(line.a, 'getsentinfo', { offer })
  },

  'audit-sender': async (line) => {
    await paidInvoice(line)
    return call(line.a, 'audit')
  },
  'audit-range': async (line) => {
    await paidInvoice(line)
    return call(line.a, 'audit', { from: 0, to: Math.floor(Date.now() / 1000) + 60 })
  },
  'audit-relay': async (line) => {
    await paidInvoice(line)
    return call(line.b, 'audit')
  },
  relaystats: async (line) => {
    await paidInvoice(line)
    return call(line.b, 'relaystats')
  },

  createoffer: ({ c }) => call(c, 'createoffer', { description: 'offer test', amountMsat: 7000 }),
  listoffers: async (line) => {
    await offerOf(line)
    return call(line.c, 'listoffers')
  },
  disableoffer: async (line) => call(line.c, 'disableoffer', { offer: await offerOf(line) }),
  parseoffer: async (line) => call(line.a, 'parseoffer', { offer: await offerOf(line) }),
  payoffer: async (line) => call(line.a, 'payoffer', { offer: await offerOf(line), amountMsat: 7000 }),
  'payoffer-blocking': async (line) =>
    call(line.a, 'payoffer', { offer: await offerOf(line), amountMsat: 7000, blocking: 'true' }),
}

const offerOf = async ({ c }: EclairLine): Promise<string> =>
  ((await ask(c, 'createoffer', { description: 'offer test', amountMsat: 7000 })) as JsonObject)[
    'encoded'
  ] as string
