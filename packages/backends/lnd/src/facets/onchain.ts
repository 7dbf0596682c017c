import { type Capabilities, type OnchainBalance, type OnchainFacet, sat, supports } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import type { RawUtxo, RawWalletBalance } from '../schemas.ts'

/** The reading side of LND's on-chain wallet. */
export function createOnchainFacet(client: LndClient, capabilities: Capabilities): OnchainFacet {
  return {
    async getBalance(request) {
      return toOnchainBalance(await client.call('walletBalance', {}, request))
    },
    ...(supports(capabilities, 'onchain.listUtxos')
      ? {
          listUtxos: async (request) => {
            // the unconfirmed too; LND takes 0 for the largest number of confirmations as "none at all"
            const { utxos } = await client.call(
              'listUnspent',
              { min_confs: 0, max_confs: 2_147_483_647 },
              request,
            )
            return utxos.map(toUtxo)
          },
        }
      : {}),
  }
}

export const toOnchainBalance = (raw: RawWalletBalance): OnchainBalance => ({
  confirmedSat: sat(BigInt(raw.confirmed_balance)),
  unconfirmedSat: sat(BigInt(raw.unconfirmed_balance)),
  reservedSat: sat(BigInt(raw.locked_balance) + BigInt(raw.reserved_balance_anchor_chan)),
})

const toUtxo = (raw: RawUtxo) => ({
  outpoint: `${raw.outpoint?.txid_str ?? ''}:${raw.outpoint?.output_index ?? 0}`,
  amountSat: sat(BigInt(raw.amount_sat)),
  ...(raw.address === '' ? {} : { address: raw.address }),
  confirmations: Number(raw.confirmations),
})
