import type { Invoice } from '@lightning-mcp/core'
import type { Mistake } from '../mistake.ts'

/** What a payer asked of the way, or a holder must know, is lost. */
export const paymentMistakes: readonly Mistake[] = [
  {
    name: 'chooses-its-own-way',
    wrong: 'pays by whichever way it likes, whatever the payer asked for',
    operation: 'payInvoice',
    ask: ({ maxParts: _, outgoingChannels: __, lastHop: ___, ...request }) => request,
    fails: ['max-parts-is-obeyed', 'outgoing-channel-is-used', 'last-hop-is-obeyed'],
  },
  {
    name: 'forgets-payment-labels',
    wrong: 'says that it keeps labels of payments and does not',
    operation: 'keysend.send',
    ask: ({ label: _, ...request }) => request,
    fails: ['keysend-found-by-label'],
  },
  {
    name: 'hides-the-deadline',
    wrong: 'does not tell when a held payment times out',
    operation: 'lookupInvoice',
    tell: (answer: Invoice | undefined) => {
      if (answer === undefined) return answer
      const { htlcExpiryHeight: _, ...invoice } = answer
      return invoice
    },
    fails: ['hold-tells-its-deadline'],
  },
]
