import { describe, expect, test } from 'vitest'
import { createMcpFace, type ToolDescription } from '../src/index.ts'
import { cannedSimulator } from './canned-simulator.ts'
import { cannedWallet } from './canned-wallet.ts'

const face = (options = {}) =>
  createMcpFace({ wallet: cannedWallet(), version: '0', simulator: cannedSimulator, ...options })

const all = face({ toolsets: ['all'] }).tools

/** readOnly, destructive, idempotent, openWorld: what each tool tells of itself. */
const ANNOTATIONS: Readonly<Record<string, string>> = {
  get_wallet_balance: 'readOnly idempotent',
  get_wallet_details: 'readOnly idempotent',
  create_invoice: '',
  decode_invoice: 'readOnly idempotent',
  preview_payment: 'readOnly idempotent openWorld',
  pay_invoice: 'destructive idempotent openWorld',
  // the same call pays anew once ten minutes have passed
  pay_lightning_address: 'destructive openWorld',
  get_payment_status: 'readOnly idempotent',
  get_payments: 'readOnly idempotent',
  wait_for_payment: 'readOnly idempotent',
  get_budget: 'readOnly idempotent',
  check_connection: 'readOnly idempotent',
  pay: 'destructive openWorld',
  pay_keysend: 'destructive openWorld',
  create_offer: '',
  list_offers: 'readOnly idempotent',
  create_hold_invoice: '',
  settle_hold_invoice: 'destructive idempotent',
  cancel_invoice: 'destructive idempotent',
  list_channels: 'readOnly idempotent',
  get_channel_balance: 'readOnly idempotent',
  open_channel: 'destructive openWorld',
  close_channel: 'destructive idempotent openWorld',
  update_channel_policy: 'destructive idempotent openWorld',
  splice_in: 'destructive openWorld',
  splice_out: 'destructive openWorld',
  list_peers: 'readOnly idempotent',
  connect_peer: 'idempotent openWorld',
  disconnect_peer: 'destructive idempotent openWorld',
  get_onchain_address: '',
  send_onchain: 'destructive openWorld',
  list_utxos: 'readOnly idempotent',
  estimate_onchain_fees: 'readOnly idempotent openWorld',
  // may send a probe
  estimate_route_fee: 'openWorld',
  find_routes: 'readOnly idempotent openWorld',
  get_node: 'readOnly idempotent openWorld',
  list_forwards: 'readOnly idempotent',
  get_fee_report: 'readOnly idempotent',
  sign_message: 'idempotent',
  verify_message: 'readOnly idempotent openWorld',
  export_channel_backup: 'idempotent',
  list_watchtowers: 'readOnly idempotent',
  add_watchtower: 'idempotent openWorld',
  remove_watchtower: 'destructive idempotent',
  get_watchtower_stats: 'readOnly idempotent',
  create_test_invoice: '',
  pay_test_invoice: 'idempotent',
  mine_blocks: '',
}

const HINTS = ['readOnly', 'destructive', 'idempotent', 'openWorld'] as const

test('every tool has its place in the annotations table', () => {
  expect(all.map(({ name }) => name)).toEqual(Object.keys(ANNOTATIONS))
})

describe.each(all.map((tool) => [tool.name, tool] as [string, ToolDescription]))('%s', (name, tool) => {
  test('keeps its schema', async () => {
    await expect(`${JSON.stringify(tool, null, 2)}\n`).toMatchFileSnapshot(`fixtures/toolsnaps/${name}.json`)
  })

  test('has a name, title and description that hosts accept', () => {
    expect(name).toMatch(/^[a-z][a-z0-9_]{2,63}$/)
    expect(tool.title).not.toBe('')
    expect(tool.description.length).toBeGreaterThan(20)
    expect(tool.description.length).toBeLessThanOrEqual(240)
  })

  test('states all four annotations', () => {
    const set = HINTS.filter((hint) => tool.annotations[`${hint}Hint`])
    expect(set.join(' ')).toBe(ANNOTATIONS[name])
    expect(Object.keys(tool.annotations)).toHaveLength(4)
  })

  test('refuses unknown arguments and names a unit for every amount', () => {
    expect(tool.inputSchema['additionalProperties']).toBe(false)
    for (const key of Object.keys(tool.inputSchema['properties'] as object))
      if (/amount|fee|balance|capacity|push|htlc/.test(key)) expect(key).toMatch(/_(?:sats|msat|ppm)$/)
    expect(tool.outputSchema.type).toBe('object')
  })
})

test('the default tools fit into 20 kB', () => {
  const { tools } = face()
  expect(tools).toHaveLength(15)
  expect(Buffer.byteLength(JSON.stringify({ tools }))).toBeLessThanOrEqual(20_000)
})

test('all tools together stay within 60 kB', () => {
  const bytes = Buffer.byteLength(JSON.stringify({ tools: all }))
  expect(bytes, `tools/list of all toolsets: ${bytes} bytes`).toBeLessThanOrEqual(60_000)
})

test('two faces list the same bytes', () => {
  expect(JSON.stringify(face().tools)).toBe(JSON.stringify(face().tools))
})
