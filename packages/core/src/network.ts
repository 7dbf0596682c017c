/** A Bitcoin network. Invoices of one are worthless on another. */
export type Network = 'mainnet' | 'testnet' | 'testnet4' | 'signet' | 'regtest'

/** All networks, in the order in which they are shown. */
export const NETWORKS: readonly Network[] = ['mainnet', 'testnet', 'testnet4', 'signet', 'regtest']

/**
 * BOLT 11 prefix of each network. testnet4 has none of its own: its nodes write `lntb`,
 * so an invoice alone cannot tell it from testnet.
 */
export const BOLT11_PREFIX: Readonly<Record<Network, string>> = {
  mainnet: 'lnbc',
  testnet: 'lntb',
  testnet4: 'lntb',
  signet: 'lntbs',
  regtest: 'lnbcrt',
}

/** Whether an invoice of `invoiceNetwork` can be paid by a wallet on `walletNetwork` (testnet and testnet4 share a prefix). */
export const sameNetwork = (invoiceNetwork: Network, walletNetwork: Network): boolean =>
  BOLT11_PREFIX[invoiceNetwork] === BOLT11_PREFIX[walletNetwork]
