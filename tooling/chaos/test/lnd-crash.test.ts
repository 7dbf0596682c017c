import { requireNodes } from '@lightning-mcp/nodes'
import { afterAll, describe, expect, test } from 'vitest'
import type { ChildCall } from '../../../packages/wallet/test/support/child-order.ts'
import { callUntilSettled } from '../../../packages/wallet/test/support/settle.ts'
import { type LndStage, startLndStages } from '../lnd-stages.ts'

const AMOUNT_MSAT = 200_000n
const DESTINATIONS = ['an address', 'an invoice'] as const
type To = (typeof DESTINATIONS)[number]

const callTo = async (to: To, stage: LndStage): Promise<ChildCall> =>
  to === 'an address'
    ? { destination: 'bob@shop.example', amountMsat: `${AMOUNT_MSAT}`, waitSeconds: 60 }
    : { destination: await stage.invoice(AMOUNT_MSAT), waitSeconds: 60 }

if (await requireNodes('kills at every step on real LND')) {
  const lnd = await startLndStages()
  afterAll(() => lnd.close())
  const startedWith = await lnd.balanceMsat()
  let spentMsat = 0n

  /** The client repeats its call until the wallet answers; then the books of both nodes are read. */
  const expectOnePayment = async (stage: LndStage, call: ChildCall): Promise<void> => {
    const answer = await callUntilSettled(stage, [call, call])
    expect(answer.outcomes).toMatchObject([{ state: 'settled' }, { state: 'settled' }])
    const books = await stage.books()
    expect(books).toMatchObject({ payments: 1, open: 0, paidInvoices: 1, receivedMsat: AMOUNT_MSAT })
    expect(answer).toMatchObject({ reservedMsat: '0', spentMsat: `${books.sumMsat}` })
    expect(stage.notes()).toEqual([])
    spentMsat += books.sumMsat
  }

  const lives = await Promise.all(
    DESTINATIONS.map(async (to) => {
      const stage = lnd.stage()
      const call = await callTo(to, stage)
      const moments = (await stage.run({ calls: [call] }))?.moments ?? []
      await expectOnePayment(stage, call)
      return { to, moments }
    }),
  )
  // on disk and not told of: the next process finds what the next step would have left
  const cases = lives.flatMap(({ to, moments }) =>
    moments.filter((moment) => !moment.startsWith('committed')).map((dieAt) => ({ to, dieAt })),
  )

  describe.concurrent('killed with SIGKILL while paying by real LND', () => {
    test.each(cases)('$to, at $dieAt: the same call pays once', { timeout: 180_000 }, async (given) => {
      const stage = lnd.stage()
      const call = await callTo(given.to, stage)
      expect(await stage.run({ calls: [call], dieAt: given.dieAt })).toBeUndefined()
      await expectOnePayment(stage, call)
    })

    test('twice, while the node has the payment: the same call pays once', { timeout: 180_000 }, async () => {
      const stage = lnd.stage()
      const call = await callTo('an invoice', stage)
      expect(await stage.run({ calls: [call], dieAt: 'sent' })).toBeUndefined()
      expect(await stage.run({ calls: [call], dieAt: 'told' })).toBeUndefined()
      await expectOnePayment(stage, call)
    })
  })

  test('what all wallets booked is what left the node', async () => {
    expect(cases.length).toBeGreaterThanOrEqual(16)
    expect(startedWith - (await lnd.balanceMsat())).toBe(spentMsat)
  })
} else test.skip('kills on real LND: not run, build the nodes first', () => {})
