import { createSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { msat, sat } from '@lightning-mcp/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../src/clock.ts'
import { createWallet } from '../src/create-wallet.ts'
import type { PaymentListEntry, Wallet } from '../src/wallet.ts'
import { LIMITS } from './spending/spend-world.ts'
import { openFreshStore } from './support/stores.ts'

/** Real time that can be put forward. */
function movableClock() {
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const after: Clock['after'] = (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  }
  return {
    now,
    after,
    setTimeout: (callback: () => void, delayMs: number) => after(delayMs, callback),
    advance: (ms: number) => {
      aheadMs += ms
    },
  }
}

/** Payments (p) and coins (c) in the order in which they are made, a minute between two of them. */
async function walletWith(order: string): Promise<Wallet> {
  const clock = movableClock()
  const network = createSimulatedNetwork({ seed: 'history', clock })
  const shop = network.wallet('shop')
  const wallet = createWallet({
    backend: network.wallet('alice'),
    store: openFreshStore(),
    limits: { ...LIMITS, maxFee: { partsPerMillion: 0, floorMsat: msat(9_000_000n) } },
    clock,
  })
  await wallet.start()
  onTestFinished(async () => {
    await wallet.stop()
    network.close()
  })
  for (const [index, what] of [...order].entries()) {
    clock.advance(60_000)
    network.mineBlocks(1)
    const memo = `${what}${index}`
    if (what === 'p') {
      const { invoice = '' } = await shop.createInvoice({ amountMsat: msat(1_000n), expirySeconds: 3_600 })
      await wallet.pay({ destination: invoice, memo })
      continue
    }
    const address = await shop.onchain!.newAddress!({})
    await wallet.spend({
      kind: 'onchain',
      address,
      amountSat: sat(10_000n),
      memo,
    })
  }
  return wallet
}

const memos = (items: readonly PaymentListEntry[]): string[] => items.map(({ memo = '' }) => memo)

/** All pages; none longer than asked for. */
async function paged(wallet: Wallet, limit: number): Promise<string[]> {
  const seen: string[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 40; pages++) {
    const page = await wallet.listPayments({ limit, ...(cursor === undefined ? {} : { cursor }) })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    seen.push(...memos(page.items))
    cursor = page.nextCursor
    if (cursor === undefined) return seen
  }
  throw new Error('the pages have no end')
}

const ORDERS = ['pcpcpc', 'cccccppp', 'pppccccc', 'cccccc', 'ppp', 'cppppppc', 'pcccccp', '']

describe('coins and channels stand between the backend’s own lines', () => {
  test.each(ORDERS)('of %j, each once and newest first, in pages of any length', async (order) => {
    const wallet = await walletWith(order)
    const expected = [...order].map((what, index) => `${what}${index}`).reverse()
    for (const limit of [1, 2, 3, 5, 50])
      expect(await paged(wallet, limit), `pages of ${limit}`).toEqual(expected)
  })
})

describe('a history of payments and coins', () => {
  test('tells of coins what a look-up tells', async () => {
    const wallet = await walletWith('pc')
    const [coins] = (await wallet.listPayments({ limit: 5 })).items
    const { paymentId, txId } = coins!
    expect(coins).toMatchObject({
      direction: 'outgoing',
      status: 'settled',
      kind: 'onchain',
      amountMsat: 10_000_000n,
      txId: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await wallet.getPayment({ paymentId: paymentId! })).toMatchObject({ txId })
  })

  test.each([
    { given: { direction: 'incoming' as const }, expected: [] },
    { given: { statuses: ['failed' as const] }, expected: [] },
    { given: { statuses: ['settled' as const] }, expected: ['c1', 'p0'] },
    { given: { direction: 'outgoing' as const }, expected: ['c1', 'p0'] },
    { given: { to: 1 }, expected: [] },
  ])('of $given has $expected', async ({ given, expected }) => {
    const wallet = await walletWith('pc')
    expect(memos((await wallet.listPayments({ limit: 5, ...given })).items)).toEqual(expected)
  })

  test.each(['x', 'pay_1.s', '.', '.b', '.q', 'pay_00000000000000000000000000'])(
    'refuses the cursor %j',
    async (cursor) => {
      const wallet = await walletWith('')
      await expect(wallet.listPayments({ limit: 5, cursor })).rejects.toMatchObject({
        code: 'invalid_request',
      })
    },
  )
})
