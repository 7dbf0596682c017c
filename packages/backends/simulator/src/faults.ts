/** What can go wrong inside the network. Faults of the call itself (lost replies, lies) come from the layer `withFaults`. */
export interface NetworkFaults {
  /** How long each step of an HTLC takes. Zero: a payment is over before the call returns. */
  latencyMs: number
}

/** An order to sit on the next HTLC. */
export interface HoldOrder {
  /** Who sits on it; default: whoever gets it next. */
  node?: string | undefined
}

/** Takes the first order that this node obeys. */
export function takeHoldOrder(orders: HoldOrder[], node: string): boolean {
  const index = orders.findIndex((order) => order.node === undefined || order.node === node)
  if (index < 0) return false
  orders.splice(index, 1)
  return true
}
