import { LightningError, type RouteTarget, satToMsat } from '@lightning-mcp/core'

const amountRequired = (what: string): LightningError =>
  new LightningError({
    code: 'amount_required',
    message: `${what} has no amount of its own.`,
    hint: 'Call again with amount_sats.',
  })

/** Where a route is to lead: an invoice, also one in a payment URI, or a node. */
export async function routeTarget(text: string, amountSats: number | undefined): Promise<RouteTarget> {
  const { parseDestination } = await import('@lightning-mcp/codec')
  const found = parseDestination(text)
  const amountMsat = amountSats === undefined ? undefined : satToMsat(BigInt(amountSats))
  if (found.kind === 'node-id' || found.kind === 'node-uri') {
    if (amountMsat === undefined) throw amountRequired('A node')
    return { nodeId: found.nodeId, amountMsat }
  }
  const invoice = found.kind === 'bolt11' || found.kind === 'bip21' ? found.invoice : undefined
  if (invoice === undefined)
    throw new LightningError({
      code: 'invalid_request',
      message: 'A route leads to an invoice or to a node.',
      hint: 'Give a BOLT11 invoice or a node id; for anything else use preview_payment.',
    })
  if (invoice.amountMsat !== undefined && amountMsat !== undefined)
    throw new LightningError({
      code: 'amount_not_allowed',
      message: 'The invoice has its own amount.',
      hint: 'Leave amount_sats out.',
    })
  if (invoice.amountMsat === undefined && amountMsat === undefined) throw amountRequired('The invoice')
  return { invoice: invoice.invoice, ...(amountMsat === undefined ? {} : { amountMsat }) }
}
