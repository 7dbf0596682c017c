import type { CommandOption, OwnerCommand } from './command.ts'

type Options = Readonly<Record<string, CommandOption>>

const COMMON: Options = {
  json: { type: 'switch', description: 'Print data instead of text; amounts in msat, as text' },
  help: { type: 'switch', description: 'Print this text' },
}

const KEY: Options = {
  'passphrase-file': {
    type: 'value',
    placeholder: 'FILE',
    description: "Read the passphrase of the owner's key from a file (-: stdin) instead of asking",
  },
}

/** Everything that a command takes beside settings. */
export const optionsOf = ({ options = {}, takesKey = false }: OwnerCommand): Options => ({
  ...options,
  ...(takesKey ? KEY : {}),
  ...COMMON,
})
