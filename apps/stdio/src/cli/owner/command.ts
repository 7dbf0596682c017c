import type { Config, OwnOption } from '@lightning-mcp/config'
import type { OpenedLedger } from '@lightning-mcp/runtime'
import type { OwnerKey } from '@lightning-mcp/wallet'

export interface CommandOption extends OwnOption {
  /** What stands for the value in help. */
  placeholder?: string
  description: string
}

/** What a command answers: data with `--json`, text without. */
export interface Answer {
  data: unknown
  text: string
  /** Default 0. */
  exitCode?: number
}

/** One of the owner's commands. */
export interface OwnerCommand {
  /** The forms in which it is called, without the program's name. */
  usage: readonly string[]
  summary: string
  /** What else its help says. */
  details?: string
  options?: Readonly<Record<string, CommandOption>>
  /** Whether it may be the first to use a wallet's folder. Otherwise a folder without records is an error. */
  begins?: boolean
  /** Whether one of its forms takes the owner's key. */
  takesKey?: boolean
  /** Whether the key may be another one than that of the ledger: the command makes the ledger its own. */
  takesAnyKey?: boolean
  /** Answers nothing where it has written to stdout itself. */
  run(context: CommandContext): Promise<Answer | undefined>
}

/** What a command works with. Everything is opened by its first use and closed after the command. */
export interface CommandContext {
  /** What stands behind the command's name. */
  words: readonly string[]
  values: Readonly<Record<string, string | true>>
  config: Config
  cwd: string
  /** The same records as those of a server with these settings. */
  ledger(): Promise<OpenedLedger>
  /** The owner's key, after asking for its passphrase. */
  key(): Promise<OwnerKey>
  /** A passphrase for a new key, asked for twice. */
  newPassphrase(): Promise<string>
  /** The owner's verifying key, where there is one. */
  publicKey(): Promise<string | undefined>
  /** Says something beside the answer, on stderr. */
  note(text: string): void
  /** Writes a part of a long answer to stdout, and waits until there is room for more. */
  write(text: string): Promise<void>
}
