import type { Requirement } from '../requirement.ts'

const pay = 'LightningBackend.payInvoice'

/** What a payer may ask of the way, what it may note down, and what a holder must know. */
export const paymentControlRequirements: readonly Requirement[] = [
  {
    id: 'max-parts-is-obeyed',
    source: pay,
    behavior: 'What fits into several parts only fails with one, for good, and nothing has moved.',
    level: 'facet',
    capabilities: ['payInvoice', 'payInvoice.maxParts', 'getBalance'],
    needs: ['multiPart'],
  },
  {
    id: 'outgoing-channel-is-used',
    source: pay,
    behavior: 'The payment leaves by the channel that was chosen and by no other.',
    level: 'facet',
    capabilities: ['payInvoice', 'payInvoice.outgoingChannels', 'channels.list'],
  },
  {
    id: 'last-hop-is-obeyed',
    source: pay,
    behavior: 'Behind a last hop that leads nowhere nothing is paid.',
    level: 'facet',
    capabilities: ['payInvoice', 'payInvoice.lastHop', 'getBalance'],
  },
  {
    id: 'keysend-found-by-label',
    source: 'KeysendFacet.send',
    behavior:
      'A keysend whose reply was lost is found by its label, was sent once, and no other label finds it.',
    level: 'facet',
    capabilities: ['keysend.send', 'lookupPayment', 'getBalance'],
    profile: { keepsPaymentLabels: true },
    needs: ['faults.loseReply'],
  },
  {
    id: 'hold-tells-its-deadline',
    source: 'HoldFacet.create',
    behavior: 'An accepted invoice tells a block height above the present one at which it times out.',
    level: 'facet',
    capabilities: ['hold.create', 'hold.cancel', 'lookupInvoice', 'getInfo'],
  },
]
