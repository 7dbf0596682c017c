import type { LightningBackend, Transaction } from '@lightning-mcp/core'
import type { ChildAnswer, ChildCall } from './child-order.ts'
import type { Stage } from './processes.ts'

/** A wait may end before a proof does, and then the client asks again; so often at most. */
const PATIENCE = 20

/** What a client does that wants its money to arrive: the same calls, until each has settled. */
export async function callUntilSettled(stage: Stage, calls: readonly ChildCall[]): Promise<ChildAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await stage.run({ calls })
    if (answer === undefined) throw new Error('the wallet process was killed, which nobody asked for')
    if (tries === PATIENCE || answer.outcomes.every(({ state }) => state === 'settled')) return answer
  }
}

/** Everything that the node has on record as sent or being sent. */
export async function allOutgoing(payer: LightningBackend): Promise<readonly Transaction[]> {
  const items: Transaction[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await payer.listTransactions({
      limit: 500,
      direction: 'outgoing',
      ...(cursor === undefined ? {} : { cursor }),
    })
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor === undefined) return items
  }
}

/** What left the wallet, by the node's own books. */
export async function leftThe(payer: LightningBackend) {
  const items = await allOutgoing(payer)
  const settled = items.filter(({ status }) => status === 'settled')
  return {
    payments: settled.length,
    open: items.filter(({ status }) => status === 'pending').length,
    sumMsat: settled.reduce((sum, { amountMsat = 0n, feeMsat = 0n }) => sum + amountMsat + feeMsat, 0n),
  }
}
