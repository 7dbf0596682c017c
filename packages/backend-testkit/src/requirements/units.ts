import type { Requirement } from '../requirement.ts'

export const unitRequirements: readonly Requirement[] = [
  {
    id: 'balance-msat-exact',
    number: 11,
    source: 'LightningBackend.getBalance',
    behavior: 'A received amount changes the balance by exactly that amount.',
    level: 'required',
    capabilities: ['getBalance', 'createInvoice'],
  },
  {
    id: 'balance-above-2^53-msat',
    number: 12,
    source: 'LightningBackend.getBalance',
    behavior: 'A balance above 2^53 msat is exact.',
    level: 'facet',
    capabilities: ['getBalance'],
    needs: ['backends.funded'],
  },
  {
    id: 'sub-sat-on-sat-backend-rejected',
    number: 13,
    source: 'LightningBackend.createInvoice',
    behavior: 'A sub-sat amount on a sat-only backend throws `sub_sat_amount`.',
    level: 'required',
    capabilities: ['createInvoice'],
    profile: { precision: 'sat' },
  },
  {
    id: 'fee-in-msat-from-sat-backend',
    number: 14,
    source: 'LightningBackend.payInvoice',
    behavior: 'A settled payment tells its fee to the msat: amount and fee are what left the balance.',
    level: 'required',
    capabilities: ['payInvoice', 'getBalance'],
  },
  {
    id: 'timestamps-in-seconds',
    number: 15,
    source: 'LightningBackend.listTransactions',
    behavior: 'Times are whole seconds since 1970.',
    level: 'required',
    capabilities: ['createInvoice', 'payInvoice'],
  },
  {
    id: 'outgoing-sign-normalised',
    number: 16,
    source: 'LightningBackend.listTransactions',
    behavior: 'An outgoing amount is positive and without the fee.',
    level: 'required',
    capabilities: ['payInvoice', 'listTransactions'],
  },
]
