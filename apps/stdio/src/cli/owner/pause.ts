import { cleanText } from '@lightning-mcp/core'
import type { OwnerCommand } from './command.ts'
import { isoTime } from './values.ts'
import { exactly } from './words.ts'

/** Stops all spending of this wallet, in every process. */
export const pause: OwnerCommand = {
  usage: ['owner pause [--reason TEXT] [settings]'],
  summary: 'Stop all spending at once; receiving goes on',
  details: `
Holds for every server on these records from the next call on, also after a restart, until
\`owner resume\`. Takes no key. A file named PAUSE in the wallet's folder, and the signal SIGUSR2 to a
server, do the same.`,
  options: {
    reason: { type: 'value', placeholder: 'TEXT', description: 'What callers and the records are told' },
  },
  async run({ words, values, config, ledger, publicKey }) {
    exactly(words, [], 'owner pause')
    const { pauseSpending } = await import('@lightning-mcp/wallet')
    const { store, folder } = await ledger()
    const records = config.database === undefined ? folder : 'PostgreSQL'
    const { reason } = values
    const state = await pauseSpending(store, {
      // a damaged key keeps nobody from pausing
      publicKey: await publicKey().catch(() => undefined),
      ...(typeof reason === 'string' ? { reason: cleanText(reason, 200) } : {}),
    })
    return {
      data: {
        ok: true,
        paused: state.paused,
        reason: state.pause?.reason,
        since: isoTime(state.pause?.sinceMs),
        records,
      },
      text: `Spending is paused for all servers on the records in ${records}: ${state.pause?.reason}.\nTo go on: lightning-mcp owner resume\n`,
    }
  },
}
