import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { PaymentHash } from '@lightning-mcp/core'
import type { FakeNode } from './node/fake-node.ts'
import type { RestServer } from './wire/rest-server.ts'
import type { SocketServer } from './wire/socket-server.ts'
import { type AnswerFault, PAYMENTS, type WireFaults } from './wire/wire-faults.ts'

const LOOK_UPS = ['listpays', 'listsendpays']

/** What a test can have go wrong. Those that arm act once, on the next call that they are meant for. */
export interface FakeClnFaults {
  refuseConnections(): Promise<() => Promise<void>>
  cutConnections(): Promise<void>
  /** Arms: the next spending call is carried out and its answer lost. */
  loseReply(): void
  /** Arms: the next payment is carried out and its answer is no answer. */
  garbleReply(): void
  /** Arms: the next look-up of payments finds nothing. */
  hidePaymentOnce(): void
  /** Arms: the next call is refused because there were too many. */
  limitRate(): void
  /** Cuts every connection, long polls included. */
  breakStreams(): Promise<void>
  /** Tells an open invoice as paid to whoever waits for one: what a table shows later is the truth. */
  forgeSettledEvent(paymentHash: PaymentHash): Promise<void>
  /** Times in ms at which a connection was tried since `refuseConnections`. */
  connectionAttempts(): readonly number[]
  /** Arms: the next payment answers an error as soon as it is held somewhere, and goes on. */
  failWhileHeld(): void
  /** Arms: of the next payment in several parts, so many stay pending in the tables after its success. */
  leavePartsPending(count: number): void
  /** Settles the parts that {@link leavePartsPending} left. */
  finishParts(): void
  /**
   * Arms: the next payment's first part is under way until `failPart` is called, and no other is sent
   * before `goOn` is: in between all that can be read of the payment is failed.
   */
  pauseBetweenParts(): { failPart(): void; goOn(): void }
  /** Whether the node is still catching up with the chain. */
  setSyncing(syncing: boolean): void
  /** Arms anything else that can happen to an answer. Without methods: of any call. */
  arm(fault: AnswerFault, options?: { methods?: readonly string[]; times?: number }): void
  close(): void
}

export function createFaults(parts: {
  node: FakeNode
  wire: WireFaults
  socket: SocketServer
  rest: RestServer | undefined
}): FakeClnFaults {
  const { node, wire, socket, rest } = parts
  const dialed: Socket[] = []
  let attempts: number[] = []
  const onAttempt = (message: unknown): void => {
    attempts.push(performance.now())
    dialed.push((message as { socket: Socket }).socket)
  }
  subscribe('net.client.socket', onAttempt)
  const cut = (): void => {
    socket.cut()
    rest?.cut()
  }
  /** Until both ends know it. */
  const noticed = async (): Promise<void> => {
    await Promise.all(dialed.splice(0).map(closed))
  }
  return {
    async refuseConnections() {
      await Promise.all([socket.stop(), rest?.stop()])
      await noticed()
      attempts = []
      return async () => {
        await socket.listen()
        await rest?.listen()
      }
    },
    cutConnections: async () => cut(),
    loseReply: () => wire.arm('lose'),
    garbleReply: () => wire.arm('garble', PAYMENTS),
    hidePaymentOnce: () => {
      for (const method of LOOK_UPS) node.faults.hiddenFrom.add(method)
    },
    limitRate: () => wire.armAny('limit'),
    async breakStreams() {
      cut()
      await noticed()
    },
    async forgeSettledEvent(paymentHash) {
      node.invoices.forge(paymentHash)
    },
    connectionAttempts: () => attempts,
    failWhileHeld: () => {
      node.faults.failWhileHeld = true
    },
    leavePartsPending: (count) => {
      node.faults.lateParts = count
    },
    finishParts: () => {
      for (const part of [...node.payments.pending])
        if (part.group.parts.some(({ state }) => state === 'complete'))
          node.payments.finish(
            part,
            'complete',
            part.group.parts.find(({ preimage }) => preimage !== undefined)?.preimage,
          )
    },
    pauseBetweenParts: () => {
      const part = Promise.withResolvers<void>()
      const rest = Promise.withResolvers<void>()
      node.faults.pause = { partFails: part.promise, goesOn: rest.promise }
      return { failPart: part.resolve, goOn: rest.resolve }
    },
    setSyncing: (syncing) => {
      node.faults.syncing = syncing
    },
    arm: (fault, { methods, times } = {}) =>
      methods === undefined ? wire.armAny(fault, times) : wire.arm(fault, methods, times),
    close: () => unsubscribe('net.client.socket', onAttempt),
  }
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.on('close', () => resolve())
  })
