import { describe, expect, test } from 'vitest'
import { toTransactionPage } from '../src/facets/onchain.ts'

const raw = (index: number, change: object = {}) => ({
  tx_hash: index.toString(16).padStart(64, '0'),
  amount: '1000',
  num_confirmations: 3,
  time_stamp: '1700000000',
  total_fees: '0',
  label: '',
  output_details: [],
  ...change,
})

describe('on-chain transactions', () => {
  test('pages are newest first, without gap or repetition, also within one second', () => {
    const all = Array.from({ length: 23 }, (_, i) => raw(i, { time_stamp: `${1_700_000_000 + (i >> 2)}` }))
    const shuffled = [...all].sort((a, b) => (a.tx_hash.at(-1)! < b.tx_hash.at(-1)! ? -1 : 1))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = toTransactionPage(shuffled, { limit: 5, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.items.map(({ txId }) => txId))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual([...all].reverse().map(({ tx_hash }) => tx_hash))
  })

  test('a payment out is negative and tells its fee', () => {
    const { items } = toTransactionPage([raw(1, { amount: '-1500', total_fees: '154' })], { limit: 10 })
    expect(items).toEqual([
      { txId: raw(1).tx_hash, netSat: -1500n, feeSat: 154n, confirmations: 3, createdAt: 1_700_000_000 },
    ])
  })

  test('a payment out tells its label and where the money went', () => {
    const output_details = [
      { address: 'bcrt1qpayee', amount: '1000', is_our_address: false },
      { address: 'bcrt1qchange', amount: '8500', is_our_address: true },
      { address: '', amount: '0', is_our_address: false },
    ]
    const { items } = toTransactionPage([raw(1, { label: 'pay_1\u202e', output_details })], { limit: 10 })
    expect(items[0]).toMatchObject({
      label: 'pay_1',
      outputs: [
        { address: 'bcrt1qpayee', amountSat: 1000n, own: false },
        { address: 'bcrt1qchange', amountSat: 8500n, own: true },
        { amountSat: 0n, own: false },
      ],
    })
  })
})
