import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createSimulatedNetwork,
  type NetworkTopology,
  type SimulatedNetwork,
  type SimulatorClock,
} from '@lightning-mcp/backend-simulator'
import type { BackendHarness, Counterparty, Stage } from '@lightning-mcp/backend-testkit'
import { counterpartyOf, createShiftedClock } from '@lightning-mcp/broken-backends'
import { type LightningBackend, type Msat, msat, type NodeId, sat } from '@lightning-mcp/core'
import { type FakeEclair, type FakeEclairOptions, startFakeEclair } from '@lightning-mcp/fake-eclair'
import { createEclairBackend } from '../../src/index.ts'

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', 'fixtures', name), 'utf8')

/** Of the proxy that stands before an Eclair on another machine. */
export const proxyCertificate = (): { key: string; cert: string } => ({
  key: fixture('proxy.key'),
  cert: fixture('proxy.cert'),
})

/** A flat fee in whole sats: Eclair's cap knows no smaller unit. */
const FLAT_FEE = { feeBaseMsat: msat(1000n), feeProportionalMillionths: 0 } as const

/** Eclair `alice` with two channels to `hub`, a `shop` behind it, a channel to `spare` that may go, and a `stranger`. */
const TOPOLOGY: NetworkTopology = {
  nodes: [
    { name: 'alice', onchainSat: sat(5_000_000n) },
    { name: 'hub', onchainSat: sat(5_000_000n) },
    { name: 'shop' },
    { name: 'spare' },
    { name: 'stranger' },
  ],
  channels: [
    { between: ['alice', 'hub'], capacitySat: sat(8_000_000n) },
    { between: ['alice', 'hub'], capacitySat: sat(8_000_000n) },
    { between: ['alice', 'spare'], capacitySat: sat(2_000_000n) },
    { between: ['hub', 'shop'], capacitySat: sat(40_000_000n), policies: [FLAT_FEE] },
  ],
}

/** The adapter over a fake, with the fake's own credential unless others are given. */
export const backendOver = (
  { url, password }: Pick<FakeEclair, 'url' | 'password'>,
  options: Parameters<typeof createEclairBackend>[0] = {},
): LightningBackend => createEclairBackend({ url, password, ...options })

/** A network of its own for each case, with an Eclair in it that takes what is sent twice. */
export const eclairHarness: BackendHarness = {
  name: 'eclair, fake of 0.14.1',
  network: 'regtest',
  openStage,
}

async function openStage(): Promise<Stage> {
  const clock = createShiftedClock()
  const seed = randomBytes(32).toString('hex')
  const network = createSimulatedNetwork({ seed, clock, topology: TOPOLOGY })
  const opened: { close(): Promise<void> | void }[] = [network]
  const start = async (options: FakeEclairOptions = {}): Promise<FakeEclair> => {
    const fake = await startFakeEclair({
      clock,
      network: { network, seed },
      wrongPasswordDelayMs: 20,
      takesSecondPayments: true,
      ...options,
    })
    opened.push(fake)
    return fake
  }
  const eclair = await start()
  const { faults } = eclair
  const payee = (name: string): Counterparty => countingTwice(counterpartyOf(network, name), eclair)
  return {
    backends: {
      full: () => backendOver(eclair),
      badCredential: () => backendOver(eclair, { password: 'not-the-password' }),
      unreachable: () => backendOver({ url: 'http://127.0.0.1:9', password: eclair.password }),
      untrustedCertificate: async () => backendOver(await start({ tls: proxyCertificate() })),
      async oldVersion() {
        const { url, password } = await start({ version: '0.13' })
        return {
          backend: backendOver({ url, password }),
          missing: ['splicing.spliceIn', 'splicing.spliceOut', 'forwards.feeReport'],
        }
      },
      funded: async (amountMsat) => backendOver(await start(holding(amountMsat, clock, opened))),
    },
    counterparty: payee('hub'),
    remote: payee('shop'),
    multiPart: { payee: payee('shop'), amountMsat: msat(6_000_000_000n) },
    wireCalls: () => eclair.calls,
    openConnections: () => eclair.openConnections,
    secrets: [eclair.password, Buffer.from(`:${eclair.password}`).toString('base64')],
    clock: {
      now: () => Math.floor(clock.now() / 1000),
      advance: async (seconds) => clock.advance(seconds * 1000),
    },
    faults: {
      async refuseConnections() {
        faults.refusing = true
        faults.attempts.length = 0
        eclair.cutConnections()
        return async () => {
          faults.refusing = false
        }
      },
      cutConnections: async () => eclair.cutConnections(),
      failReplyWhileHeld: () => faults.failReply(),
      loseReply: () => faults.loseReply(),
      garbleReply: () => faults.garbleReply(),
      hidePaymentOnce: () => faults.hidePaymentOnce(),
      limitRate: () => faults.limitRate(),
      breakStreams: () => eclair.streams.dropWhenOpen(),
      forgeSettledEvent: (paymentHash) => eclair.streams.tellWhenOpen(forgedEvent(paymentHash)),
      async floodEvents(count) {
        for (let index = 0; index < count; index += 1) await eclair.streams.tellWhenOpen(harmlessEvent(index))
      },
      connectionAttempts: () => faults.attempts,
    },
    async spareChannel() {
      const { items } = await network.wallet('spare').channels!.list({ limit: 1 })
      return { channelId: items[0]!.channelId! }
    },
    mineBlocks: async (count) => {
      network.mineBlocks(count)
    },
    foreignAddress: () => network.wallet('shop').onchain!.newAddress!({}),
    async routePayment(amountMsat) {
      const { invoice } = await network.wallet('hub').createInvoice({ amountMsat, expirySeconds: 600 })
      await counterpartyOf(network, 'spare').pay({ invoice: invoice! })
    },
    stranger: { nodeId: nodeIdOf(network, 'stranger'), host: '127.0.0.1:19750' },
    foreignSignature: await foreignSignature(network),
    async close() {
      for (const one of opened.reverse()) await one.close()
      if (eclair.ignoredFields.size > 0)
        throw new Error(`Eclair would have ignored ${[...eclair.ignoredFields].join(', ')}`)
    },
  }
}

/** What was taken a second time counts as received: else a payment made twice would not be seen. */
const countingTwice = (counterparty: Counterparty, eclair: FakeEclair): Counterparty => ({
  ...counterparty,
  received: async (hash) => msat((await counterparty.received!(hash)) + eclair.takenAgain(hash)),
})

/** A network of its own in which Eclair can spend exactly so much: the reserve of 1 % comes on top. */
function holding(
  amountMsat: Msat,
  clock: SimulatorClock,
  opened: { close(): void }[],
): Pick<FakeEclairOptions, 'network'> {
  const seed = randomBytes(32).toString('hex')
  const spendableSat = amountMsat / 1000n
  const capacitySat = sat((spendableSat * 100n) / 99n + 1_000_000n)
  const remoteSat = sat(capacitySat - capacitySat / 100n - spendableSat)
  const network = createSimulatedNetwork({
    seed,
    clock,
    topology: {
      nodes: [{ name: 'alice' }, { name: 'hub' }],
      channels: [{ between: ['alice', 'hub'], capacitySat, remoteSat }],
    },
  })
  opened.push(network)
  return { network: { network, seed } }
}

const nodeIdOf = (network: SimulatedNetwork, name: string): NodeId =>
  network.nodes.find((node) => node.name === name)!.nodeId

async function foreignSignature(network: SimulatedNetwork): Promise<NonNullable<Stage['foreignSignature']>> {
  const message = 'signed by another implementation'
  const signature = await network.wallet('shop').messages!.sign({ message })
  return { message, signature, nodeId: nodeIdOf(network, 'shop') }
}

const moment = (): { iso: string; unix: number } => ({
  iso: new Date().toISOString(),
  unix: Math.floor(Date.now() / 1000),
})

const forgedEvent = (paymentHash: string) => ({
  type: 'payment-received',
  paymentHash,
  parts: [
    { channelId: '11'.repeat(32), remoteNodeId: `02${'11'.repeat(32)}`, amount: 1000, receivedAt: moment() },
  ],
})

const harmlessEvent = (index: number) => ({
  type: 'channel-ready',
  remoteNodeId: `02${'11'.repeat(32)}`,
  channelId: index.toString(16).padStart(64, '0'),
  fundingTxId: '22'.repeat(32),
  fundingTxIndex: 0,
})
