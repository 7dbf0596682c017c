import { type BackupFacet, LightningError } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import { unreadable } from '../to-core.ts'

/** Static channel backups, encrypted by LND with a key of its seed. */
export function createBackupFacet(client: LndClient): BackupFacet {
  return {
    async export({ signal }) {
      const { multi_chan_backup: multi } = await client.call('exportBackup', {}, { signal })
      const bytes = multi?.multi_chan_backup
      if (bytes === undefined || bytes.length === 0) throw unreadable('a channel backup is empty')
      return { format: 'lnd-multi-channel-backup', backup: bytes.toString('base64') }
    },
    async verify({ backup, signal }) {
      const bytes = Buffer.from(backup, 'base64')
      if (bytes.length === 0) return { valid: false }
      try {
        await client.call('verifyBackup', { multi_chan_backup: { multi_chan_backup: bytes } }, { signal })
        return { valid: true }
      } catch (error) {
        if (LightningError.is(error) && error.code === 'invalid_request') return { valid: false }
        throw error
      }
    },
  }
}
