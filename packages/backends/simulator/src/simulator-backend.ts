import {
  type BackendProfile,
  type CallOptions,
  type LightningBackend,
  LightningError,
  type LightningEvent,
  type NodeId,
  type WatchRequest,
} from '@lightning-mcp/core'
import { simulatorCapabilities } from './capabilities.ts'
import { type SimulatorClock, systemClock } from './clock.ts'
import { createControls, type SimulatorControls } from './controls.ts'
import { EventQueue } from './events/event-queue.ts'
import { createFacets } from './facets/facets.ts'
import { createPayments } from './facets/payments.ts'
import { ask, type Connection } from './service/connection.ts'
import { SIMULATOR_VERSION } from './service/wallet-calls.ts'
import type { WalletLink } from './service/wallet-service.ts'

/** A wallet of the simulated network, with the controls of its other side. */
export interface SimulatorBackend extends LightningBackend {
  /** Plays the other side. None of it spends this wallet's money. */
  readonly controls: SimulatorControls
}

/** A wallet over any way to its node, which is opened when first needed. */
export function createWallet(options: {
  openLink: () => WalletLink
  /** The network's clock, by which invoices expire. Default: the system's. */
  clock?: SimulatorClock | undefined
  /** The node chooses the preimages of keysend payments, as those of Core Lightning and Eclair do. */
  keysendChoosesPreimage?: boolean | undefined
  /** Lets go of what the wallet owns besides its link. */
  release?: () => void
}): SimulatorBackend {
  const { clock = systemClock, keysendChoosesPreimage = false } = options
  const queues = new Set<EventQueue>()
  let link: WalletLink | undefined
  let closed = false
  const connection: Connection = {
    link: () => {
      if (closed)
        throw new LightningError({
          code: 'unavailable',
          message: 'this wallet is closed',
          hint: 'Open it again.',
        })
      link ??= options.openLink()
      return link
    },
  }
  return {
    kind: 'simulator',
    capabilities: simulatorCapabilities,
    controls: createControls(connection),
    connect: async (call) => ({
      ...(await profileOf(connection, call)),
      ...(keysendChoosesPreimage ? { keysendChoosesPreimage } : {}),
    }),
    getInfo: (call) => ask(connection, call?.signal, 'getInfo'),
    getBalance: (call) => ask(connection, call?.signal, 'getBalance'),
    async createInvoice({ signal, privateHints, ...request }) {
      if (privateHints === true) throw noPrivateHints()
      return ask(connection, signal, 'createInvoice', request)
    },
    lookupInvoice: ({ signal, ...request }) => ask(connection, signal, 'lookupInvoice', request),
    listTransactions: ({ signal, ...request }) => ask(connection, signal, 'listTransactions', request),
    ...createPayments(connection, { clock, keysendChoosesPreimage }),
    ...createFacets(connection, clock),
    watch: (request) => watch(connection, queues, request),
    async close() {
      if (closed) return
      closed = true
      for (const queue of queues) queue.end()
      await link?.close()
      options.release?.()
    },
  }
}

async function profileOf(connection: Connection, call: CallOptions | undefined): Promise<BackendProfile> {
  const info = await ask(connection, call?.signal, 'getInfo')
  return {
    identity: { kind: 'simulator', network: 'regtest', id: info.nodeId as NodeId },
    version: SIMULATOR_VERSION,
    custodial: false,
    permissions: {
      read: 'granted',
      receive: 'granted',
      send: 'granted',
      channels: 'granted',
      onchain: 'granted',
      admin: 'granted',
    },
    capabilities: simulatorCapabilities,
    precision: 'msat',
    feeLimit: 'enforced',
    duplicateGuard: 'by-hash',
    lookup: 'hash',
    events: 'stream',
    keepsLabels: true,
    keepsPaymentLabels: true,
  }
}

async function* watch(
  connection: Connection,
  queues: Set<EventQueue>,
  request: WatchRequest = {},
): AsyncGenerator<LightningEvent> {
  const { signal } = request
  if (signal?.aborted === true) return
  const queue = new EventQueue(request.types)
  const end = (): void => queue.end()
  queues.add(queue)
  signal?.addEventListener('abort', end, { once: true })
  let unsubscribe: (() => void) | undefined
  try {
    unsubscribe = connection.link().subscribe((event) => queue.push(event))
    for (let event = await queue.next(); event !== undefined; event = await queue.next()) yield event
  } finally {
    unsubscribe?.()
    signal?.removeEventListener('abort', end)
    queues.delete(queue)
  }
}

const noPrivateHints = (): LightningError =>
  new LightningError({
    code: 'unsupported',
    message: 'the simulator writes no private channels into invoices',
    hint: 'Leave privateHints out.',
  })
