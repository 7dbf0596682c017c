import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import { defineTool, READS } from '../tool.ts'

export const getWatchtowerStats = defineTool({
  name: 'get_watchtower_stats',
  title: 'Watchtower figures',
  description: 'How many channel states the watchtowers have, wait for, or could not be given.',
  effect: 'read',
  annotations: READS,
  requires: ['watchtowers.stats'],
  input: z.strictObject({}),
  output: z.object({
    backups: z.int(),
    pending_backups: z.int(),
    failed_backups: z.int(),
    sessions_acquired: z.int(),
  }),
  async run(_args, { wallet, signal }) {
    const stats = wallet.node.watchtowers?.stats ?? unsupportedNow('tell watchtower figures')
    const { backups, pendingBackups, failedBackups, sessionsAcquired } = await stats({ signal })
    return {
      data: {
        backups,
        pending_backups: pendingBackups,
        failed_backups: failedBackups,
        sessions_acquired: sessionsAcquired,
      },
      text: `${backups} backups with watchtowers, ${pendingBackups} pending, ${failedBackups} failed.`,
    }
  },
})
