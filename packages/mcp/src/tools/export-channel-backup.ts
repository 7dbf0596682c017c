import { LightningError } from '@lightning-mcp/core'
import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import { defineTool, SETS } from '../tool.ts'

/** More would fill a model's context with text that it has no use for. */
const MAX_BACKUP = 24_000

export const exportChannelBackup = defineTool({
  name: 'export_channel_backup',
  title: 'Channel backup',
  description:
    'All channels’ static backup in the node’s own format, base64. Only with the node’s seed can it bring money back, by closing every channel.',
  effect: 'manage',
  annotations: SETS,
  requires: ['backup.export'],
  input: z.strictObject({}),
  output: z.object({ format: z.string(), backup: z.string() }),
  async run(_args, { wallet, signal }) {
    const exportAll = wallet.manage.backup?.export ?? unsupportedNow('export a channel backup')
    const { format, backup } = await exportAll({ signal })
    if (backup.length > MAX_BACKUP)
      throw new LightningError({
        code: 'unsupported',
        message: `The backup has ${backup.length} characters, too many for the answer of a tool.`,
        hint: 'The owner can export it with the node’s own command line.',
      })
    return { data: { format, backup }, text: `Channel backup (${format}): ${backup}` }
  },
})
