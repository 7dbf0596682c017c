import assert from 'node:assert/strict'
import { parseBitcoinAddress } from '@lightning-mcp/codec'
import { sat } from '@lightning-mcp/core'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'

const TARGETS = [1, 6, 144] as const

export const onchainScenarios: readonly Scenario[] = [
  verifies('onchain-addresses-are-fresh', async ({ backend, network }) => {
    const onchain = backend.onchain!
    const addresses = [await onchain.newAddress!({}), await onchain.newAddress!({})]
    assert.notEqual(addresses[0], addresses[1], 'an address was given twice')
    for (const address of addresses) {
      const { networks } = parseBitcoinAddress(address)
      assert.ok(networks.includes(network), `${address} is of ${networks.join()}`)
    }
  }),

  verifies('onchain-utxos-add-up', async ({ backend }) => {
    const onchain = backend.onchain!
    const coins = await onchain.listUtxos!({})
    const { confirmedSat, unconfirmedSat, reservedSat = sat(0n) } = await onchain.getBalance({})
    const outpoints = coins.map(({ outpoint }) => outpoint)
    assert.equal(new Set(outpoints).size, outpoints.length, 'a coin is listed twice')
    for (const { outpoint, amountSat, confirmations } of coins) {
      assert.match(outpoint, /^[0-9a-f]{64}:\d+$/)
      assert.ok(amountSat > 0n, `${outpoint} has no amount`)
      assert.ok(Number.isSafeInteger(confirmations) && confirmations >= 0, `confirmations of ${outpoint}`)
    }
    const sum = (least: number): bigint =>
      coins.reduce(
        (total, { amountSat, confirmations }) => (confirmations >= least ? total + amountSat : total),
        0n,
      )
    assert.ok(sum(1) >= confirmedSat, `confirmed coins of ${sum(1)} sat, ${confirmedSat} in the balance`)
    const most = confirmedSat + unconfirmedSat + reservedSat
    assert.ok(sum(0) <= most, `coins of ${sum(0)} sat, at most ${most} in the balance`)
  }),

  verifies('onchain-send-is-listed', async ({ stage, backend, until }) => {
    const onchain = backend.onchain!
    const total = async (): Promise<bigint> => {
      const { confirmedSat, unconfirmedSat } = await onchain.getBalance({})
      return confirmedSat + unconfirmedSat
    }
    const before = await total()
    const amountSat = sat(25_000n)
    const sent = await onchain.send!({ address: await stage.foreignAddress!(), amountSat })
    assert.equal(sent.status, 'broadcast', describeValue(sent))
    const listed = await until(
      'the transaction is listed',
      async () =>
        (await onchain.listTransactions!({ limit: 100 })).items.find(({ txId }) => txId === sent.txId),
      (transaction) => transaction !== undefined,
    )
    assert.ok(listed !== undefined)
    const { netSat, feeSat } = listed
    if (feeSat !== undefined) assert.equal(netSat, -(amountSat + feeSat), 'netSat is amount and fee')
    assert.ok(netSat < -amountSat, `${netSat} sat cannot be amount and fee`)
    await until('the balance has fallen by amount and fee', total, (held) => held === before + netSat)
  }),

  verifies('onchain-fee-rates-fall-with-patience', async ({ backend }) => {
    const rates = await backend.onchain!.estimateFees!({ targets: TARGETS })
    const told = TARGETS.map((target) => rates[target])
    for (const [index, rate] of told.entries()) {
      assert.ok(rate !== undefined && Number.isFinite(rate) && rate > 0, `rate for ${TARGETS[index]} blocks`)
      const sooner = told[index - 1]
      assert.ok(sooner === undefined || rate <= sooner, `${TARGETS[index]} blocks cost more than fewer`)
    }
  }),
]
