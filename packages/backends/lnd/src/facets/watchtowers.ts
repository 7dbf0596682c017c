import {
  type Capabilities,
  cleanText,
  nodeId,
  supports,
  type Watchtower,
  type WatchtowersFacet,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import type { RawTower } from '../node-schemas.ts'

/** LND's watchtower client: `wtclient.active` in lnd.conf. */
export function createWatchtowersFacet(client: LndClient, capabilities: Capabilities): WatchtowersFacet {
  return {
    async list({ signal }) {
      const { towers } = await client.call('listTowers', { include_sessions: true }, { signal })
      return towers.map(toWatchtower)
    },
    ...(supports(capabilities, 'watchtowers.add')
      ? {
          add: async ({ nodeId: id, address, signal }) => {
            await client.call('addTower', { pubkey: Buffer.from(nodeId(id), 'hex'), address }, { signal })
          },
        }
      : {}),
    ...(supports(capabilities, 'watchtowers.remove')
      ? {
          remove: async ({ nodeId: id, signal }) => {
            await client.call('removeTower', { pubkey: Buffer.from(nodeId(id), 'hex') }, { signal })
          },
        }
      : {}),
    async stats({ signal }) {
      const raw = await client.call('towerStats', {}, { signal })
      return {
        backups: raw.num_backups,
        pendingBackups: raw.num_pending_backups,
        failedBackups: raw.num_failed_backups,
        sessionsAcquired: raw.num_sessions_acquired,
      }
    },
  }
}

/** LND has a policy for each type of channel, and sessions under each. */
const toWatchtower = ({ pubkey, addresses, session_info }: RawTower): Watchtower => ({
  nodeId: nodeId(pubkey.toString('hex')),
  addresses: addresses.map((address) => cleanText(address, 200)),
  active: session_info.some(({ active_session_candidate }) => active_session_candidate),
  sessions: session_info.reduce((sum, { num_sessions }) => sum + num_sessions, 0),
})
