import type { Msat, Network } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { assertPayable } from '../src/index.ts'
import { buildInvoice, fieldsWith } from './build-invoice.ts'
import { refusalOf } from './refusal-of.ts'

const CREATED = 1_700_000_000
const fixed = buildInvoice({ prefix: 'lnbcrt10u' })
const open = buildInvoice()
const testnet = buildInvoice({ prefix: 'lntb10u' })

describe('assertPayable', () => {
  test.each<{
    name: string
    invoice: string
    amount?: bigint
    network?: Network
    now?: number
    pays: bigint
  }>([
    { name: 'a fixed amount', invoice: fixed, pays: 1_000_000n },
    { name: 'a chosen amount', invoice: open, amount: 5n, pays: 5n },
    { name: 'the last second before expiry', invoice: fixed, now: CREATED + 3599, pays: 1_000_000n },
    { name: 'a clock behind the invoice', invoice: fixed, now: CREATED - 86_400, pays: 1_000_000n },
    { name: 'a testnet4 wallet and lntb', invoice: testnet, network: 'testnet4', pays: 1_000_000n },
  ])('passes $name', ({ invoice, amount, network = 'regtest', now = CREATED, pays }) => {
    const payable = assertPayable(
      { invoice, ...(amount === undefined ? {} : { amountMsat: amount as Msat }) },
      { network, nowSeconds: now },
    )
    expect(payable).toMatchObject({ amountMsat: pays, decoded: { invoice } })
  })

  test.each<{
    name: string
    invoice: string
    amount?: unknown
    network?: Network
    now?: number
    code: string
  }>([
    { name: 'no invoice', invoice: 'tea', code: 'invalid_invoice' },
    { name: 'another network', invoice: fixed, network: 'mainnet', code: 'wrong_network' },
    { name: 'signet for testnet', invoice: testnet, network: 'signet', code: 'wrong_network' },
    { name: 'the second of expiry', invoice: fixed, now: CREATED + 3600, code: 'invoice_expired' },
    {
      name: 'an expiry of zero',
      invoice: buildInvoice({ prefix: 'lnbcrt10u', fields: fieldsWith({ x: [0] }) }),
      code: 'invoice_expired',
    },
    { name: 'no amount anywhere', invoice: open, code: 'amount_required' },
    { name: 'an amount on a fixed invoice', invoice: fixed, amount: 1_000_000n, code: 'amount_not_allowed' },
    { name: 'an amount of zero', invoice: open, amount: 0n, code: 'invalid_request' },
    { name: 'a negative amount', invoice: open, amount: -1n, code: 'invalid_request' },
    {
      name: 'an amount above 21 million BTC',
      invoice: open,
      amount: 2_100_000_000_000_000_001n,
      code: 'invalid_request',
    },
    { name: 'a number instead of a bigint', invoice: open, amount: 5, code: 'invalid_request' },
    {
      name: 'an unsafe wrong network before expiry',
      invoice: fixed,
      network: 'mainnet',
      now: CREATED + 9999,
      code: 'wrong_network',
    },
  ])('refuses $name', ({ invoice, amount, network = 'regtest', now = CREATED, code }) => {
    const error = refusalOf(() =>
      assertPayable(
        { invoice, ...(amount === undefined ? {} : { amountMsat: amount as Msat }) },
        { network, nowSeconds: now },
      ),
    )
    expect(error).toMatchObject({ code, sent: 'no' })
  })

  test('takes the system clock when none is given', () => {
    expect(refusalOf(() => assertPayable({ invoice: fixed }, { network: 'regtest' })).code).toBe(
      'invoice_expired',
    )
  })
})
