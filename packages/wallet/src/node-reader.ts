import type { LightningBackend } from '@lightning-mcp/core'

/** The facets of a backend with nothing in them but what only reads. */
export interface NodeReader {
  readonly channels?: Pick<NonNullable<LightningBackend['channels']>, 'list' | 'listPending' | 'listClosed'>
  readonly peers?: Pick<NonNullable<LightningBackend['peers']>, 'list'>
  readonly onchain?: Pick<
    NonNullable<LightningBackend['onchain']>,
    'getBalance' | 'listUtxos' | 'listTransactions' | 'estimateFees'
  >
}
