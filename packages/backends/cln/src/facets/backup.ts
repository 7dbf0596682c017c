import type { BackupFacet } from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import { toList } from '../to-core.ts'

/** Staticbackup's answer, which recoverchannel takes: who the peers are and how to reach them, no key. */
export function createBackupFacet(client: ClnClient): BackupFacet {
  return {
    async export({ signal }) {
      const { scb } = await client.call('staticbackup', {}, { signal })
      const backup = Buffer.from(JSON.stringify({ scb: toList(scb) })).toString('base64')
      return { format: 'core-lightning-staticbackup', backup }
    },
  }
}
