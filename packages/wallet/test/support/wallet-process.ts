import { connectSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import {
  type DestinationResolver,
  type LightningBackend,
  LightningError,
  msat,
  type PaymentHash,
} from '@lightning-mcp/core'
import type { Clock } from '../../src/clock.ts'
import { createWallet } from '../../src/create-wallet.ts'
import { openSqliteStore } from '../../src/store/sqlite-store.ts'
import type { PaymentRequest } from '../../src/wallet.ts'

/** What a child is told to do. Amounts are decimal strings. */
export interface ChildOrder {
  socketPath: string
  payer: string
  file: string
  /** Time runs this much faster from `epochMs` on, so that half a minute of proof is a second. */
  speed: number
  epochMs: number
  leaseSeconds: number
  /** Ends itself with SIGKILL there. `sent`: the node has the payment and the answer is still out. */
  dieAt?: string
  calls: readonly { destination: string; amountMsat?: string; idempotencyKey?: string; waitSeconds: number }[]
}

export interface ChildAnswer {
  outcomes: readonly {
    state?: string
    replayed?: boolean
    retry?: string
    code?: string
    paymentId?: string
  }[]
  reservedMsat: string
  spentMsat: string
}

const order = JSON.parse(process.argv[2] ?? '') as ChildOrder
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

const clock: Clock = {
  now: () => order.epochMs + (Date.now() - order.epochMs) * order.speed,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs / order.speed)
    return () => clearTimeout(timer)
  },
}

const network = await connectSimulatedNetwork({ socketPath: order.socketPath })
const payer = network.wallet(order.payer)

const backend: LightningBackend =
  order.dieAt === 'sent'
    ? new Proxy(payer, {
        get: (target, name) => {
          if (name !== 'payInvoice') return Reflect.get(target, name)
          return async (request: { invoice: string }) => {
            const { decodeInvoice } = await import('@lightning-mcp/codec')
            const { paymentHash } = decodeInvoice(request.invoice)
            void target.payInvoice(request as Parameters<LightningBackend['payInvoice']>[0])
            while ((await target.lookupPayment({ paymentHash: paymentHash as PaymentHash })) === undefined);
            return die()
          }
        },
      })
    : payer

/** An address service whose invoices are the shop's: a new one each time. */
const resolver: DestinationResolver = {
  describe: async () => ({
    domain: 'shop.example',
    minMsat: msat(1n),
    maxMsat: msat(10_000_000n),
    commentAllowed: 0,
    description: 'shop',
  }),
  mint: async ({ amountMsat }) => {
    const { invoice } = await payer.controls.createTestInvoice({ amountMsat })
    return { ...(await resolver.describe({ destination: '' })), invoice, warnings: [] }
  },
}

const wallet = createWallet({
  backend,
  resolver,
  store: openSqliteStore({ path: order.file }),
  clock,
  leaseSeconds: order.leaseSeconds,
  onStep: (step) => (step === order.dieAt ? die() : undefined),
})
await wallet.start()

const outcomes = await Promise.all(
  order.calls.map(async ({ amountMsat, ...call }) => {
    const request: PaymentRequest = {
      ...call,
      ...(amountMsat === undefined ? {} : { amountMsat: msat(BigInt(amountMsat)) }),
    }
    try {
      const { state, replayed, retry, paymentId } = await wallet.pay(request)
      return { state, replayed, paymentId, ...(retry === undefined ? {} : { retry }) }
    } catch (error) {
      return { code: LightningError.is(error) ? error.code : String(error) }
    }
  }),
)
const { reservedMsat, spentMsat } = await wallet.getBudget()
const answer: ChildAnswer = { outcomes, reservedMsat: `${reservedMsat}`, spentMsat: `${spentMsat}` }
process.send?.(answer)
await wallet.stop()
network.close()
process.disconnect?.()
