import { type Capabilities, LightningError, MANAGING_CALLS, READING_CALLS } from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'
import { createLazyNodeAccess } from './lazy-node-access.ts'

/**
 * A wallet that is opened by its first use: until then the declared capabilities decide what there
 * is, so that a server can list its tools before database, codec or node connection are loaded.
 * A failed opening is answered to each call that waited for it and tried again by the next one.
 */
export function createLazyWallet({
  capabilities,
  open,
}: {
  capabilities: Capabilities
  open: () => Promise<Wallet>
}): Wallet {
  let opened: Wallet | undefined
  let opening: Promise<Wallet> | undefined
  let stopping: Promise<void> | undefined
  /** Asked for before the wallet is open: it opens paused. */
  const pauses: Parameters<Wallet['pause']>[] = []

  const wallet = (): Promise<Wallet> => {
    if (stopping !== undefined) return Promise.reject(isStopping())
    opening ??= open().then(
      async (result) => {
        for (const [reason, way] of pauses.splice(0)) await result.pause(reason, way)
        opened = result
        return result
      },
      (error: unknown) => {
        opening = undefined
        throw error
      },
    )
    return opening
  }
  const known = (): Capabilities => opened?.capabilities ?? capabilities

  return {
    get capabilities() {
      return known()
    },
    node: createLazyNodeAccess(READING_CALLS, 'node', { capabilities: known, open: wallet }),
    manage: createLazyNodeAccess(MANAGING_CALLS, 'manage', { capabilities: known, open: wallet }),
    start: async () => {
      await wallet()
    },
    getDetails: async (options) => (await wallet()).getDetails(options),
    getBalance: async (options) => (await wallet()).getBalance(options),
    createInvoice: async (request) => (await wallet()).createInvoice(request),
    lookupInvoice: async (request) => (await wallet()).lookupInvoice(request),
    preview: async (request) => (await wallet()).preview(request),
    pay: async (request) => (await wallet()).pay(request),
    spend: async (request) => (await wallet()).spend(request),
    previewSpend: async (request) => (await wallet()).previewSpend(request),
    createHoldInvoice: async (request) => (await wallet()).createHoldInvoice(request),
    settleHoldInvoice: async (request) => (await wallet()).settleHoldInvoice(request),
    cancelInvoice: async (request) => (await wallet()).cancelInvoice(request),
    getPayment: async (request) => (await wallet()).getPayment(request),
    waitForPayment: async (request) => (await wallet()).waitForPayment(request),
    answerByElicitation: async (request) => (await wallet()).answerByElicitation(request),
    listPayments: async (request) => (await wallet()).listPayments(request),
    getBudget: async (options) => (await wallet()).getBudget(options),
    async pause(reason, way) {
      if (opened !== undefined) return opened.pause(reason, way)
      pauses.push([reason, way])
      await wallet()
    },
    async *watch(request) {
      yield* (await wallet()).watch(request)
    },
    stop() {
      stopping ??= (opening ?? Promise.resolve(undefined)).then(
        (result) => result?.stop(),
        () => undefined,
      )
      return stopping
    },
  }
}

const isStopping = (): LightningError =>
  new LightningError({
    code: 'not_ready',
    message: 'the server is stopping',
    hint: 'Start it again and repeat the call; nothing was sent for this one.',
  })
