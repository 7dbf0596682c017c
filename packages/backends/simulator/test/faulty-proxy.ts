import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { StageFaults } from '@lightning-mcp/backend-testkit'
import type { PaymentHash } from '@lightning-mcp/core'
import {
  type ClientMessage,
  fromLine,
  lineReader,
  type ServerMessage,
  toLine,
} from '../src/socket/messages.ts'

/** What happens to the reply of one call. */
type ReplyFault = 'lose' | 'garble' | 'hide' | 'fail'

/** A way to a served network on which a test can lay obstacles. */
export interface FaultyProxy {
  readonly socketPath: string
  readonly faults: Required<Omit<StageFaults, 'floodEvents'>>
  calls(): number
  connections(): number
  /** A wallet listens. */
  readonly subscribed: Promise<void>
  close(): Promise<void>
}

const SPENDING = [
  'payInvoice',
  'sendKeysend',
  'payOffer',
  'openChannel',
  'closeChannel',
  'sendOnchain',
  'spliceIn',
  'spliceOut',
]

export async function openFaultyProxy(options: { socketPath: string; target: string }): Promise<FaultyProxy> {
  const { socketPath, target } = options
  const clients = new Set<Socket>()
  const armed: { names: readonly string[]; fault: ReplyFault }[] = []
  let limited = false
  let calls = 0
  let attempts: number[] = []
  const dialed: Socket[] = []
  const subscription = Promise.withResolvers<void>()
  const onAttempt = (message: unknown): void => {
    attempts.push(performance.now())
    dialed.push((message as { socket: Socket }).socket)
  }
  let server = await listen()

  async function listen(): Promise<Server> {
    const opened = createServer(accept)
    opened.listen(socketPath)
    await once(opened, 'listening')
    return opened
  }

  function accept(client: Socket): void {
    const upstream = connect(target)
    const faulty = new Map<number, ReplyFault>()
    let subscribing = Number.NaN
    clients.add(client)
    const end = (): void => {
      clients.delete(client)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.setEncoding('utf8').on('error', end).on('close', end)
    const fromClient = lineReader((line) => {
      const message = fromLine<ClientMessage>(line)
      if (message.do === 'subscribe') subscribing = message.id
      if (message.do === 'call') {
        calls += 1
        if (limited) {
          limited = false
          client.write(toLine({ id: message.id, error: RATE_LIMITED }))
          return
        }
        const index = armed.findIndex(({ names }) => names.includes(message.name))
        if (index >= 0) faulty.set(message.id, armed.splice(index, 1)[0]!.fault)
      }
      upstream.write(`${line}\n`)
      // calls are begun in order: once this one is answered, the payment is where it can get
      if (faulty.get(message.id) === 'fail' && message.do === 'call')
        upstream.write(toLine({ ...message, id: -message.id, name: 'getInfo', request: [] }))
    })
    const fromServer = lineReader((line) => {
      const message = fromLine<ServerMessage>(line)
      if ('id' in message && message.id === subscribing) subscription.resolve()
      const fault = 'id' in message ? faulty.get(message.id) : undefined
      if (fault === 'lose') end()
      else if (fault === 'garble') client.write(`{"id":${'id' in message ? message.id : 0},"res\n`)
      else if ('id' in message && faulty.get(-message.id) === 'fail')
        client.write(toLine({ id: -message.id, error: GAVE_UP }))
      else if (fault === 'hide' && 'id' in message)
        client.write(toLine({ id: message.id, result: undefined }))
      else client.write(`${line}\n`)
    })
    client.on('data', (chunk: string) => fromClient(chunk))
    upstream.on('data', (chunk: string) => fromServer(chunk))
  }

  const cut = (): void => {
    for (const client of clients) client.destroy()
  }
  /** Until both ends know it. */
  const noticed = async (): Promise<void> => {
    await Promise.all(dialed.map(closed))
  }
  const stop = async (): Promise<void> => {
    const ended = once(server, 'close')
    server.close()
    cut()
    await ended
    await noticed()
  }
  subscribe('net.client.socket', onAttempt)
  return {
    socketPath,
    calls: () => calls,
    connections: () => clients.size,
    subscribed: subscription.promise,
    faults: {
      async refuseConnections() {
        await stop()
        attempts = []
        return async () => {
          server = await listen()
        }
      },
      cutConnections: async () => cut(),
      loseReply: () => armed.push({ names: SPENDING, fault: 'lose' }),
      garbleReply: () => armed.push({ names: ['payInvoice'], fault: 'garble' }),
      failReplyWhileHeld: () => armed.push({ names: ['payInvoice'], fault: 'fail' }),
      hidePaymentOnce: () => armed.push({ names: ['lookupPayment'], fault: 'hide' }),
      limitRate: () => {
        limited = true
      },
      breakStreams: async () => {
        cut()
        await noticed()
      },
      forgeSettledEvent: async (paymentHash) => {
        for (const client of clients) client.write(toLine({ node: 'alice', event: forged(paymentHash) }))
      },
      connectionAttempts: () => attempts,
    },
    async close() {
      unsubscribe('net.client.socket', onAttempt)
      if (server.listening) await stop()
    },
  }
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.on('close', () => resolve())
  })

/** As Core Lightning gives up on a payment of which a part is still on its way. */
const GAVE_UP = {
  code: 'no_route',
  message: 'gave up on it',
  retry: 'after-lookup',
  sent: 'maybe',
} as const

const RATE_LIMITED = {
  code: 'rate_limited',
  message: 'too many calls',
  retry: 'after-delay',
  sent: 'no',
} as const

const forged = (paymentHash: PaymentHash) =>
  ({
    type: 'invoice-settled',
    invoice: { paymentHash, status: 'settled', createdAt: 0, expiresAt: 0 },
  }) as const
