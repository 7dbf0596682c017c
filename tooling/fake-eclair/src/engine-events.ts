import type { SimulatedNetwork } from '@lightning-mcp/backend-simulator'
import type { Invoice, Payment } from '@lightning-mcp/core'

/** What the engine tells of this node, at once and in order. */
export interface EngineListener {
  received(invoice: Invoice): void
  sent(payment: Payment): void
  channel(change: 'pending' | 'opened' | 'closed', channelId: string): void
}

/** Follows one node of the network. */
export class EngineEvents {
  readonly #waiting = new Map<string, Set<(payment: Payment) => void>>()
  readonly #stop: () => void

  constructor(network: SimulatedNetwork, name: string, listener: EngineListener) {
    this.#stop = network.openLink(name).subscribe((event) => {
      switch (event.type) {
        case 'invoice-settled':
          listener.received(event.invoice)
          break
        case 'payment-settled':
        case 'payment-failed':
          if (event.type === 'payment-settled') listener.sent(event.payment)
          for (const wake of this.#waiting.get(event.payment.paymentHash) ?? []) wake(event.payment)
          this.#waiting.delete(event.payment.paymentHash)
          break
        case 'channel-pending':
          listener.channel('pending', event.channelId)
          break
        case 'channel-opened':
          listener.channel('opened', event.channelId)
          break
        case 'channel-closed':
          listener.channel('closed', event.channelId)
          break
      }
    })
  }

  /** Resolves once the engine's payment of that hash is over. Ask while it is pending. */
  over(paymentHash: string): Promise<Payment> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(paymentHash) ?? new Set()
      this.#waiting.set(paymentHash, waiting.add(resolve))
    })
  }

  stop(): void {
    this.#stop()
  }
}
