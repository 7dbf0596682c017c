import { sat, satToMsat } from '@lightning-mcp/core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connect } from './clients.ts'
import { type RealSetup, realSetup } from './real-wallet.ts'

let setup: RealSetup
const call: RealSetup['call'] = (name, args) => setup.call(name, args)
const idOf = (name: string): string => setup.network.nodes.find((node) => node.name === name)!.nodeId

beforeAll(async () => {
  setup = await realSetup(connect)
})

afterAll(() => setup.close())

interface ShownChannel {
  channel_id: string
  funding_outpoint: string
  long_channel_id: string
  base_fee_msat: number
  fee_rate_ppm: number
  cltv_expiry_delta: number
}

const channels = async (): Promise<ShownChannel[]> =>
  (await call('list_channels', { limit: 20 }))['channels'] as ShownChannel[]

describe('channels', () => {
  test('are shown by all their names, and each name is understood', async () => {
    const [channel] = await channels()
    const names = [channel!.channel_id, channel!.funding_outpoint, channel!.long_channel_id]
    expect(new Set(names).size).toBe(3)
    for (const channel_id of [...names, channel!.channel_id.replaceAll('x', ':')]) {
      const set = await call('update_channel_policy', { channel_id, fee_rate_ppm: 321 })
      expect(set).toMatchObject({ isError: false, fee_rate_ppm: 321 })
    }
  })

  test('keep what a change of their fees leaves out', async () => {
    const [before] = await channels()
    const { channel_id } = before!
    const set = await call('update_channel_policy', { channel_id, base_fee_msat: 7 })
    const { fee_rate_ppm, cltv_expiry_delta } = before!
    expect(set).toMatchObject({ channel_id, base_fee_msat: 7, fee_rate_ppm, cltv_expiry_delta })
    const after = (await channels()).find((channel) => channel.channel_id === channel_id)
    expect(after).toMatchObject({ base_fee_msat: 7, fee_rate_ppm, cltv_expiry_delta })
  })

  test('all get new fees at once only if all of them are named', async () => {
    const refused = await call('update_channel_policy', { channel_id: 'all', base_fee_msat: 1 })
    expect(refused).toMatchObject({ isError: true, code: 'invalid_request', money_may_have_moved: false })
    const policy = { base_fee_msat: 2, fee_rate_ppm: 3, cltv_expiry_delta: 40 }
    const set = await call('update_channel_policy', { channel_id: 'all', ...policy })
    expect(set).toMatchObject({ isError: false, channel_id: 'all', ...policy })
    for (const channel of await channels()) expect(channel).toMatchObject(policy)
  })

  test.each([
    { given: '999x1x0', code: 'not_found' },
    { given: 'not a channel', code: 'invalid_request' },
    { given: `${'f'.repeat(64)}:0`, code: 'not_found' },
  ])('of the name $given are not there: $code', async ({ given, code }) => {
    const refused = await call('update_channel_policy', { channel_id: given, fee_rate_ppm: 1 })
    expect(refused).toMatchObject({ isError: true, code })
  })

  test('that are closed or pending are lists of their own', async () => {
    expect((await call('list_channels', { state: 'closed' }))['channels']).toEqual([])
    expect((await call('list_channels', { state: 'pending' }))['channels']).toEqual([])
  })
})

test('a peer is connected and disconnected', async () => {
  const listed = async () =>
    ((await call('list_peers', { limit: 100 }))['peers'] as { node_id: string; connected: boolean }[])
      .filter(({ connected }) => connected)
      .map(({ node_id }) => node_id)
  const peer = idOf('shop')
  const connected = await call('connect_peer', { peer: `${peer}@127.0.0.1:9735` })
  expect(connected).toMatchObject({ isError: false, node_id: peer, connected: true })
  expect(await listed()).toContain(peer)
  expect(await call('disconnect_peer', { node_id: peer })).toMatchObject({ isError: false, node_id: peer })
  expect(await listed()).not.toContain(peer)
})

test.each([
  { tool: 'connect_peer', given: { peer: 'ab@host' } },
  { tool: 'connect_peer', given: { peer: `02${'ab'.repeat(32)}` } },
  { tool: 'connect_peer', given: { peer: `02${'ab'.repeat(32)}@host:99999` } },
  { tool: 'disconnect_peer', given: { node_id: '02abc' } },
  { tool: 'get_node', given: { node_id: 'alice' } },
  { tool: 'find_routes', given: { destination: 'buy@shop.example', amount_sats: 5 } },
  { tool: 'estimate_onchain_fees', given: { blocks: [] } },
  { tool: 'list_utxos', given: { cursor: 'x' } },
  { tool: 'list_forwards', given: { since: 'yesterday' } },
])('$tool refuses $given', async ({ tool, given }) => {
  expect(await call(tool, given)).toMatchObject({
    isError: true,
    code: 'invalid_request',
    money_may_have_moved: false,
    next_step: expect.stringMatching(/\S/),
  })
})

test('coins arrive at a fresh address and are listed', async () => {
  const made = await call('get_onchain_address')
  expect(made).toMatchObject({ isError: false, network: 'regtest', address: expect.stringMatching(/^bcrt1/) })
  const before = await call('list_utxos')
  const { address } = made as unknown as { address: string }
  await setup.network.wallet('shop').onchain!.send!({ address, amountSat: sat(12_345n) })
  await call('mine_blocks', { count: 1 })
  const after = await call('list_utxos', { limit: 100 })
  expect(after['total_sats']).toBe(Number(before['total_sats']) + 12_345)
  expect(after['utxos']).toContainEqual(
    expect.objectContaining({ amount_sats: 12_345, confirmations: 1, address }),
  )
})

test('coins come a page at a time, each once', async () => {
  const seen: string[] = []
  let cursor: unknown
  do {
    const page = await call('list_utxos', { limit: 1, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...(page['utxos'] as { outpoint: string }[]).map(({ outpoint }) => outpoint))
    cursor = page['next_cursor']
  } while (cursor !== undefined)
  expect(seen.length).toBeGreaterThan(1)
  expect(new Set(seen).size).toBe(seen.length)
})

test('fee rates are told for the numbers of blocks asked for', async () => {
  const { estimates } = await call('estimate_onchain_fees', { blocks: [12, 3, 3] })
  expect(estimates).toMatchObject([{ blocks: 3 }, { blocks: 12 }])
})

describe('routes', () => {
  test('lead to an invoice and to a node', async () => {
    const { invoice } = await call('create_test_invoice', { amount_sats: 100 })
    for (const target of [{ destination: invoice }, { destination: idOf('shop'), amount_sats: 100 }]) {
      const { routes, isError } = await call('find_routes', target)
      expect(isError).toBe(false)
      expect((routes as { hops: { node_id: string }[] }[])[0]!.hops.at(-1)!.node_id).toBe(idOf('shop'))
      expect(await call('estimate_route_fee', target)).toMatchObject({
        isError: false,
        method: 'graph',
        fee_sats: expect.any(Number),
      })
    }
  })

  test.each([
    {
      name: 'a node without an amount',
      given: () => ({ destination: idOf('shop') }),
      code: 'amount_required',
    },
    {
      name: 'an invoice with its own and another amount',
      given: async () => ({
        destination: (await call('create_test_invoice', { amount_sats: 9 }))['invoice'],
        amount_sats: 10,
      }),
      code: 'amount_not_allowed',
    },
  ])('to $name are not looked for', async ({ given, code }) => {
    const args = await given()
    for (const tool of ['find_routes', 'estimate_route_fee'])
      expect(await call(tool, args)).toMatchObject({ isError: true, code })
  })
})

test('a probe measures the fee and moves nothing', async () => {
  const before = setup.network.audit()
  const probed = await call('estimate_route_fee', {
    destination: idOf('shop'),
    amount_sats: 100,
    probe: true,
  })
  expect(probed).toMatchObject({ isError: false, method: 'probe', fee_sats: expect.any(Number) })
  expect(setup.network.audit()).toEqual(before)
})

test('a node of the graph is shown, one that is in none is not found', async () => {
  const shop = await call('get_node', { node_id: idOf('shop') })
  expect(shop).toMatchObject({
    isError: false,
    node_id: idOf('shop'),
    alias: expect.any(String),
    untrusted_fields: expect.arrayContaining(['alias']),
    channels: expect.any(Number),
  })
  const nobody = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
  expect(await call('get_node', { node_id: nobody })).toMatchObject({ isError: true, code: 'not_found' })
})

test('what the node forwarded for others is listed, page by page, and summed', async () => {
  const hub = await realSetup(connect, { node: 'hub' })
  onTestFinished(() => hub.close())
  const amountMsat = satToMsat(1_000n)
  for (const _ of [1, 2]) {
    const { invoice = '' } = await hub.network.wallet('shop').createInvoice({ amountMsat, expirySeconds: 60 })
    const maxFeeMsat = satToMsat(100n)
    await hub.network.wallet('alice').payInvoice({ invoice, maxFeeMsat, timeoutSeconds: 10 })
  }
  const first = await hub.call('list_forwards', { limit: 1 })
  expect(first).toMatchObject({
    isError: false,
    forwards: [{ outgoing_sats: 1_000, incoming_sats: expect.any(Number), fee_sats: 1 }],
    next_cursor: expect.any(String),
  })
  const { next_cursor: cursor } = first
  expect((await hub.call('list_forwards', { limit: 1, cursor }))['forwards']).toHaveLength(1)
  expect(await hub.call('list_forwards', { until: '2020-01-01' })).toMatchObject({ forwards: [] })
  const [forward] = first['forwards'] as Record<string, string | number>[]
  const feeMsat = BigInt(forward!['fee_msat'] ?? Number(forward!['fee_sats']) * 1_000)
  const report = await hub.call('get_fee_report')
  expect(report['day_sats']).toBe(Number((feeMsat * 2n) / 1_000n))
})

test('a message is signed by this node, and a changed one is not', async () => {
  const message = 'I am alice'
  const { signature } = await call('sign_message', { message })
  const ours = await call('verify_message', { message, signature })
  expect(ours).toMatchObject({ isError: false, valid: true, node_id: idOf('alice') })
  const changed = await call('verify_message', { message: 'I am bob', signature })
  expect(changed['isError']).toBe(false)
  expect(changed['node_id']).not.toBe(idOf('alice'))
  expect(await call('verify_message', { message, signature: 'nonsense' })).toMatchObject({ valid: false })
})

test('a backup of all channels is given out', async () => {
  const { isError, format, backup } = await call('export_channel_backup')
  expect(isError).toBe(false)
  expect(format).toEqual(expect.any(String))
  expect(String(backup)).toMatch(/^[A-Za-z0-9+/]+=*$/)
})

test('a watchtower is added, listed and removed', async () => {
  const towers = async () =>
    ((await call('list_watchtowers'))['watchtowers'] as { node_id: string }[]).map(({ node_id }) => node_id)
  const node_id = idOf('hub')
  expect(await call('add_watchtower', { watchtower: `${node_id}@127.0.0.1:9911` })).toMatchObject({
    isError: false,
    node_id,
    address: '127.0.0.1:9911',
  })
  expect(await towers()).toEqual([node_id])
  expect(await call('get_watchtower_stats')).toMatchObject({ isError: false, backups: expect.any(Number) })
  expect(await call('remove_watchtower', { node_id })).toMatchObject({ isError: false, node_id })
  expect(await towers()).toEqual([])
})

test('an offer is made, listed and labelled', async () => {
  const made = await call('create_offer', { amount_sats: 50, memo: 'tips' })
  expect(made).toMatchObject({
    isError: false,
    offer: expect.stringMatching(/^lno1/),
    active: true,
    amount_sats: 50,
  })
  const { offers, untrusted_fields } = await call('list_offers')
  expect(offers).toContainEqual(expect.objectContaining({ offer: made['offer'], memo: 'tips' }))
  expect(untrusted_fields).toEqual(['offers[].memo'])
})
