import type { OwnerCommand } from './command.ts'
import { exactly } from './words.ts'

/** Ends a pause, and on request the breakers. */
export const resume: OwnerCommand = {
  usage: ['owner resume [--breakers] [--passphrase-file FILE] [settings]'],
  summary: 'Let a paused wallet spend again',
  options: {
    breakers: {
      type: 'switch',
      description: 'Also try again at once where payments were held back after several failures',
    },
  },
  takesKey: true,
  async run({ words, values, ledger, publicKey, key }) {
    exactly(words, [], 'owner resume')
    const { listBreakers, pauseState, resetBreakers, resumeSpending } = await import('@lightning-mcp/wallet')
    const { store, killFile } = await ledger()
    const owner = await publicKey()
    const before = await pauseState(store, { publicKey: owner, killFile })
    const breakers = values['breakers'] === true ? await listBreakers(store) : []
    if (before.paused || breakers.length > 0) {
      const opened = owner === undefined ? undefined : await key()
      if (before.paused)
        await resumeSpending(store, {
          publicKey: owner,
          killFile,
          ...(opened === undefined ? {} : { key: opened }),
        })
      if (breakers.length > 0) await resetBreakers(store)
    }
    const said = [
      before.paused ? 'Spending goes on.' : 'Spending was not paused.',
      ...(breakers.length === 0
        ? []
        : [`Held back no more: ${breakers.map(({ scope }) => scope).join(', ')}.`]),
    ]
    return {
      data: {
        ok: true,
        wasPaused: before.paused,
        paused: false,
        breakersReset: breakers.map(({ scope }) => scope),
      },
      text: `${said.join('\n')}\n`,
    }
  },
}
