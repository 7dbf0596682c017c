// Writes test/fixtures/*.json from real nodes:
//   node --conditions=development packages/backends/lnd/test/harness/capture-fixtures.ts
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type LndNode,
  type MacaroonPermission,
  mintMacaroon,
  startNetwork,
  waitUntil,
} from '@lightning-mcp/nodes'
import { addCaveat } from './caveat.ts'

const network = await startNetwork()
const [a, b, c] = network.nodes as [LndNode, LndNode, LndNode]

/** Bytes as `{ "$hex": … }`, so that JSON keeps them. */
const write = (name: string, value: unknown): void => {
  const text = JSON.stringify(
    value,
    (_key, item: { type?: string; data?: number[] } | null) =>
      item?.type === 'Buffer' ? { $hex: Buffer.from(item.data ?? []).toString('hex') } : item,
    2,
  )
  writeFileSync(join(import.meta.dirname, '..', 'fixtures', `${name}.json`), `${text}\n`)
}

const invoice = (node: LndNode, terms: object) =>
  node.call<{ payment_request: string; r_hash: Buffer }>('default', 'addInvoice', terms)
const lookup = (node: LndNode, hash: Buffer) => node.call('default', 'lookupInvoice', { r_hash: hash })
type RawPayment = { status: string }
const send = (node: LndNode, request: object, isIt: (payment: RawPayment) => boolean) =>
  node.first<RawPayment>(
    'router',
    'sendPaymentV2',
    { timeout_seconds: 20, fee_limit_msat: '10000', ...request },
    isIt,
  )
const ended = ({ status }: RawPayment): boolean => status === 'SUCCEEDED' || status === 'FAILED'

try {
  write('info', await a.call('default', 'getInfo'))
  write('peers', await a.call('default', 'listPeers'))
  write('wallet-balance', await a.call('default', 'walletBalance'))

  const plain = await invoice(c, { value_msat: '100123', memo: 'two coffees', expiry: '600' })
  const open = await lookup(c, plain.r_hash)
  const settledPayment = await send(a, { payment_request: plain.payment_request }, ended)
  const amountless = await invoice(c, { expiry: '86400' })
  const hashed = await invoice(c, {
    value_msat: '5000',
    description_hash: createHash('sha256').update('metadata').digest(),
    expiry: '600',
  })
  const canceled = await invoice(c, { value_msat: '7000', expiry: '600' })
  await c.call('invoices', 'cancelInvoice', { payment_hash: canceled.r_hash })
  const rejectedPayment = await send(a, { payment_request: canceled.payment_request }, ended)
  const tooDear = await invoice(c, { value_msat: '9000', expiry: '600' })
  const noRoutePayment = await send(
    a,
    { payment_request: tooDear.payment_request, fee_limit_msat: '1' },
    ended,
  )
  const tooMuch = await invoice(c, { value_msat: '15900000000', expiry: '600' })
  const tooMuchPayment = await send(a, { payment_request: tooMuch.payment_request }, ended)
  const short = await invoice(c, { value_msat: '8000', expiry: '1' })
  await waitUntil('an invoice to expire', async () => {
    const { state } = (await lookup(c, short.r_hash)) as { state: string }
    return state === 'CANCELED'
  })
  const secret = randomBytes(32)
  const hash = createHash('sha256').update(secret).digest()
  const held = await c.call<{ payment_request: string }>('invoices', 'addHoldInvoice', {
    hash,
    value_msat: '11000',
    expiry: '600',
  })
  const sending = await a.stream('router', 'sendPaymentV2', {
    payment_request: held.payment_request,
    timeout_seconds: 20,
    fee_limit_msat: '10000',
  })
  sending.on('error', () => {})
  await c.first<{ state: string }>(
    'invoices',
    'subscribeSingleInvoice',
    { r_hash: hash },
    ({ state }) => state === 'ACCEPTED',
  )
  const accepted = await lookup(c, hash)
  const inFlightPayment = await a.first<RawPayment>(
    'router',
    'trackPaymentV2',
    { payment_hash: hash },
    () => true,
  )
  write('channels', await a.call('default', 'listChannels', { peer_alias_lookup: true }))
  write('channel-balance', await a.call('default', 'channelBalance'))
  await c.call('invoices', 'settleInvoice', { preimage: secret })
  sending.cancel()
  write('invoices', {
    open,
    settled: await lookup(c, plain.r_hash),
    amountless: await lookup(c, amountless.r_hash),
    hashed: await lookup(c, hashed.r_hash),
    canceled: await lookup(c, canceled.r_hash),
    expired: await lookup(c, short.r_hash),
    accepted,
  })
  write('payments', {
    settled: settledPayment,
    rejected: rejectedPayment,
    noRoute: noRoutePayment,
    insufficient: tooMuchPayment,
    inFlight: inFlightPayment,
  })

  const mint = async (...permissions: MacaroonPermission[]) => (await mintMacaroon(a, permissions)).hex
  const folder = join(a.folder, 'data', 'chain', 'bitcoin', 'regtest')
  const bundled = (name: string): string => readFileSync(join(folder, `${name}.macaroon`)).toString('hex')
  const readOnly = await mint('info:read', 'invoices:read', 'offchain:read', 'onchain:read', 'peers:read')
  write('macaroons', {
    admin: bundled('admin'),
    bundledReadonly: bundled('readonly'),
    bundledInvoice: bundled('invoice'),
    readOnly,
    receiveOnly: await mint('info:read', 'invoices:read', 'invoices:write', 'offchain:read'),
    spend: await mint('info:read', 'invoices:read', 'invoices:write', 'offchain:read', 'offchain:write'),
    byUri: await mint('uri:/lnrpc.Lightning/GetInfo', 'uri:/lnrpc.Lightning/AddInvoice'),
    untilYear2040: addCaveat(readOnly, 'time-before 2040-01-01T00:00:00Z'),
    untilYear2020: addCaveat(readOnly, 'time-before 2020-01-01T00:00:00Z'),
    withAccount: addCaveat(readOnly, 'lnd-custom account 0011223344556677'),
  })

  const channels = await a.call<{ channels: { channel_point: string }[] }>('default', 'listChannels')
  const [txid, output] = channels.channels[0]!.channel_point.split(':')
  const closing = await a.stream('default', 'closeChannel', {
    channel_point: { funding_txid_str: txid, output_index: Number(output) },
  })
  closing.on('error', () => {})
  const extra = b.call('default', 'openChannelSync', {
    node_pubkey: Buffer.from(a.pubkey, 'hex'),
    local_funding_amount: '1000000',
    sat_per_vbyte: '2',
  })
  await extra
  type Pending = { waiting_close_channels: unknown[]; pending_open_channels: unknown[] }
  const pending = await waitUntil('a channel to be closing and one opening', async () => {
    const lists = await a.call<Pending>('default', 'pendingChannels')
    return lists.waiting_close_channels.length > 0 && lists.pending_open_channels.length > 0 && lists
  })
  write('pending-channels', pending)
  await network.mine(6)
  write(
    'closed-channels',
    await waitUntil('the channel to be closed', async () => {
      const closed = await a.call<{ channels: unknown[] }>('default', 'closedChannels')
      return closed.channels.length > 0 && closed
    }),
  )
} finally {
  await network.stop()
}
