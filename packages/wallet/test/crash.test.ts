import { type LightningBackend, msat } from '@lightning-mcp/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NetworkProcess, startNetwork } from './support/processes.ts'

const AMOUNT_MSAT = 200_000n
const STEPS = ['created', 'minted', 'recorded', 'before-send', 'sent', 'answered', 'result-recorded']

/** What left the wallet: settled payments and their sum. */
async function spent(payer: LightningBackend) {
  const { items } = await payer.listTransactions({ limit: 100, direction: 'outgoing' })
  const settled = items.filter(({ status }) => status === 'settled')
  return {
    payments: settled.length,
    open: items.filter(({ status }) => status === 'pending').length,
    sumMsat: settled.reduce((sum, { amountMsat = 0n, feeMsat = 0n }) => sum + amountMsat + feeMsat, 0n),
  }
}

const cases = [
  ...STEPS.map((dieAt) => ({ what: 'an address', dieAt })),
  ...STEPS.slice(2).map((dieAt) => ({ what: 'an invoice', dieAt })),
].map((one, payer) => ({ ...one, payer }))

let network: NetworkProcess
beforeAll(async () => {
  network = await startNetwork(cases.length + 1)
})
afterAll(() => network.close())

describe.concurrent('killed with SIGKILL', () => {
  test.each(cases)(
    'paying $what, at $dieAt: the same call pays once',
    {
      timeout: 120_000,
    },
    async ({ what, dieAt, payer: index }) => {
      const { payer, run } = network.stage(index)
      const before = (await payer.getBalance()).spendableMsat
      const { invoice } = await payer.controls.createTestInvoice({ amountMsat: msat(AMOUNT_MSAT) })
      const call =
        what === 'an invoice'
          ? { destination: invoice, waitSeconds: 60 }
          : { destination: 'bob@shop.example', amountMsat: `${AMOUNT_MSAT}`, waitSeconds: 60 }

      expect(await run({ calls: [call], dieAt })).toBeUndefined()
      let answer = await run({ calls: [call, call] })
      // a wait may end before the proof does; the caller asks again
      for (let more = 0; more < 8 && answer?.outcomes[0]?.state !== 'settled'; more++)
        answer = await run({ calls: [call, call] })

      expect(answer?.outcomes).toMatchObject([{ state: 'settled' }, { state: 'settled' }])
      const money = await spent(payer)
      expect(money).toMatchObject({ payments: 1, open: 0 })
      expect(answer).toMatchObject({ reservedMsat: '0', spentMsat: `${money.sumMsat}` })
      expect(before - (await payer.getBalance()).spendableMsat).toBe(money.sumMsat)
      await payer.close()
    },
  )
})

test('two processes at once make one payment of each hash and key', { timeout: 120_000 }, async () => {
  const { payer, run } = network.stage(cases.length)
  const invoices = await Promise.all(
    Array.from({ length: 10 }, () => payer.controls.createTestInvoice({ amountMsat: msat(AMOUNT_MSAT) })),
  )
  const calls = [
    ...invoices.flatMap(({ invoice }) => [
      { destination: invoice, waitSeconds: 60 },
      { destination: invoice, waitSeconds: 60 },
    ]),
    ...Array.from({ length: 10 }, (_, i) => ({
      destination: `bob${i}@shop.example`,
      amountMsat: `${AMOUNT_MSAT}`,
      idempotencyKey: `key-${i}`,
      waitSeconds: 60,
    })),
  ]
  // real time: nothing here waits for a proof
  const answers = await Promise.all([run({ calls, speed: 1 }), run({ calls, speed: 1 })])
  const outcomes = answers.flatMap((answer) => answer?.outcomes ?? [])
  expect(outcomes).toHaveLength(60)
  expect(outcomes.filter(({ state }) => state !== 'settled')).toEqual([])
  expect(outcomes.filter(({ replayed }) => replayed === false)).toHaveLength(20)
  expect(await spent(payer)).toMatchObject({ payments: 20, open: 0 })
  expect(answers.map((answer) => answer?.reservedMsat)).toContain('0')
  await payer.close()
})
