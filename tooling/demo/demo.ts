// A scripted agent with a wallet on a simulated Lightning network, spoken to as every MCP client
// does. Each line is checked: anything unexpected ends it with an exit code that is not 0.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chapter, expect, Surprise, sats, step } from './story.ts'
import { startWalletServer, type WalletServer } from './wallet-server.ts'

const MAX_PAYMENT_SATS = 5_000
const CAPACITY_SATS = 200_000
/** With these the owner lets the agent run the node: on-chain fees are larger than those of payments. */
const NODE_SETTINGS = ['--toolsets', 'all', '--max-into-channel-sats', '250000', '--max-fee-sats', '1000']

async function balanceOf(server: WalletServer): Promise<number> {
  const { data } = await server.call('get_wallet_balance')
  expect('the balance is a whole number of sats', Number.isSafeInteger(data['balance_sats']), data)
  return Number(data['balance_sats'])
}

/** Calls a tool that must succeed. */
async function done(server: WalletServer, name: string, args: Record<string, unknown>) {
  const { isError, data } = await server.call(name, args)
  expect(`${name} succeeds`, !isError, data)
  return data
}

async function isPaid(server: WalletServer): Promise<void> {
  chapter('The agent is paid')
  const before = await balanceOf(server)
  const own = await done(server, 'create_invoice', { amount_sats: 2_000, memo: 'one haiku' })
  step('create_invoice 2,000 sats, "one haiku"', `${String(own['invoice']).slice(0, 28)}…`)
  await done(server, 'pay_test_invoice', { invoice: own['invoice'] })
  const { data } = await server.call('wait_for_payment', {
    payment_hash: own['payment_hash'],
    wait_seconds: 10,
  })
  expect('the invoice is settled', data['status'] === 'settled', data)
  step('somebody pays it; wait_for_payment', 'settled')
  const after = await balanceOf(server)
  expect('the balance rose by 2,000 sats', after === before + 2_000, { before, after })
  step('get_wallet_balance', `${sats(before)} → ${sats(after)}`)
}

async function pays(server: WalletServer): Promise<{ invoice: unknown; paymentId: unknown }> {
  chapter('The agent pays')
  const before = await balanceOf(server)
  const { invoice } = await done(server, 'create_test_invoice', { amount_sats: 1_200, memo: 'weather data' })
  step('somebody asks for 1,200 sats, "weather data"', `${String(invoice).slice(0, 28)}…`)
  const paid = await done(server, 'pay_invoice', { invoice })
  expect('the payment is settled', paid['status'] === 'settled', paid)
  expect('there is a proof of payment', /^[0-9a-f]{64}$/.test(String(paid['preimage'])), paid)
  step(
    'pay_invoice',
    `settled, fee ${sats(paid['fee_sats'])}, proof ${String(paid['preimage']).slice(0, 16)}…`,
  )
  const after = await balanceOf(server)
  const cost = 1_200 + Number(paid['fee_sats'])
  expect('the balance fell by amount and fee', Math.abs(before - after - cost) <= 1, { before, after, cost })
  step('get_wallet_balance', `${sats(before)} → ${sats(after)}`)
  return { invoice, paymentId: paid['payment_id'] }
}

async function paysOnce(server: WalletServer, invoice: unknown, paymentId: unknown): Promise<void> {
  const before = await balanceOf(server)
  const again = await done(server, 'pay_invoice', { invoice })
  expect(
    'the same payment is shown again',
    again['replayed'] === true && again['payment_id'] === paymentId,
    again,
  )
  const after = await balanceOf(server)
  expect('nothing moved', before === after, { before, after })
  step('pay_invoice, the same invoice again', `replayed, nothing moved: ${sats(after)}`)
}

async function isLimited(server: WalletServer): Promise<void> {
  chapter(`The owner allows ${sats(MAX_PAYMENT_SATS)} per payment`)
  const before = await balanceOf(server)
  const { invoice } = await done(server, 'create_test_invoice', { amount_sats: MAX_PAYMENT_SATS + 1 })
  const { isError, data } = await server.call('pay_invoice', { invoice })
  expect('the payment is refused by the limit', isError && data['code'] === 'budget_exceeded', data)
  const after = await balanceOf(server)
  expect('nothing moved', before === after, { before, after })
  step(
    `pay_invoice ${sats(MAX_PAYMENT_SATS + 1)}`,
    `refused (${data['code']}), nothing moved: ${sats(after)}`,
  )
}

async function runsTheNode(server: WalletServer): Promise<void> {
  chapter(`The owner allows all tools, and ${sats(250_000)} into a channel`)
  step('lightning-mcp --toolsets all', `${(await server.tools()).length} tools`)
  const { peers } = (await done(server, 'list_peers', {})) as { peers: { node_id: string }[] }
  const order = { peer: peers[0]?.node_id, capacity_sats: CAPACITY_SATS }
  const preview = await done(server, 'open_channel', { ...order, preview: true })
  const { estimated_fee_sats: fee, quote_id } = preview
  expect('the channel may be opened', preview['allowed'] === true && preview['affordable'] === true, preview)
  step(`open_channel ${sats(CAPACITY_SATS)}, preview`, `allowed, a fee of about ${sats(fee)}, nothing sent`)
  const opened = await done(server, 'open_channel', { ...order, quote_id })
  expect('the transaction is out', opened['status'] === 'settled', opened)
  step('open_channel with its quote', `opened, transaction ${String(opened['tx_id']).slice(0, 16)}…`)
  const again = await done(server, 'open_channel', order)
  expect('it is not opened twice', again['replayed'] === true, again)
  step('open_channel, the same again', 'replayed, nothing sent')
  await done(server, 'mine_blocks', { count: 6 })
  const { channels } = (await done(server, 'list_channels', {})) as { channels: { status: string }[] }
  expect('both channels work', channels.map(({ status }) => status).join() === 'active,active', channels)
  step('mine_blocks 6; list_channels', `${channels.length} active channels`)
  const { offer } = await done(server, 'create_offer', { amount_sats: 300, memo: 'a tip' })
  expect('it is an offer', String(offer).startsWith('lno1'), offer)
  step('create_offer 300 sats, to be paid many times', `${String(offer).slice(0, 28)}…`)
}

async function main(folder: string): Promise<void> {
  const settings = [
    '--backend',
    'simulator',
    '--data-dir',
    folder,
    '--log-level',
    'warn',
    '--max-payment-sats',
    String(MAX_PAYMENT_SATS),
  ]
  console.log('An agent with a Lightning wallet, on a simulated network: no real money moves.')
  chapter('The server starts')
  const server = await startWalletServer(settings)
  const tools = await server.tools()
  expect(
    'the wallet tools are listed',
    tools.includes('pay_invoice') && tools.includes('create_invoice'),
    tools,
  )
  step('lightning-mcp --backend simulator', `${tools.length} tools, ${sats(await balanceOf(server))}`)
  await isPaid(server)
  const { invoice, paymentId } = await pays(server)
  await paysOnce(server, invoice, paymentId)
  await isLimited(server)

  chapter('The server is killed and starts again')
  const before = await balanceOf(server)
  await server.crash()
  step('kill -9', 'gone')
  const next = await startWalletServer([...settings, ...NODE_SETTINGS])
  const after = await balanceOf(next)
  expect('the balance is what it was', before === after, { before, after })
  step('lightning-mcp, same data folder', sats(after))
  const { data } = await next.call('get_payment_status', { payment_id: paymentId })
  expect('the payment is on record', data['status'] === 'settled', data)
  step('get_payment_status', 'settled, on record')
  await paysOnce(next, invoice, paymentId)
  await runsTheNode(next)
  await next.close()
}

if (process.argv.includes('--help')) {
  console.log(
    'npm run demo: an agent is paid, pays and opens a channel, on a simulated network. There are no settings.',
  )
  process.exit(0)
}

const started = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'lightning-mcp-demo-'))
try {
  await main(folder)
  console.log(`\nAll as expected, in ${((performance.now() - started) / 1000).toFixed(1)} s.`)
} catch (error) {
  console.error(`\n${error instanceof Surprise ? 'SURPRISE' : 'FAILED'}: ${(error as Error).message}`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
// after a surprise a server may still run: it ends with this process, whose pipe it reads
process.exit()
