import { type Config, loadConfig, splitOptions } from '@lightning-mcp/config'
import { cleanText, LightningError } from '@lightning-mcp/core'
import {
  createLog,
  type OpenedLedger,
  type OwnerAdvice,
  openLedger,
  ownerAdvice,
} from '@lightning-mcp/runtime'
import type { OwnerKey } from '@lightning-mcp/wallet'
import { guardStdout } from '../../guard-stdout.ts'
import type { Invocation } from '../../program.ts'
import type { CommandContext, OwnerCommand } from './command.ts'
import { commandHelp } from './command-help.ts'
import { optionsOf } from './command-options.ts'
import { readPassphrase } from './passphrase.ts'
import { toJson } from './values.ts'

/**
 * Runs one of the owner's commands. Exit code 0: done; 1: it failed, or a check found something; 2 (by
 * the caller, for the error that is thrown): called in the wrong way.
 */
export async function runCommand(command: OwnerCommand, { argv, env, cwd }: Invocation): Promise<number> {
  const stdout = guardStdout()
  const write = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      stdout.write(text, (error) => (error ? reject(error) : resolve()))
    })
  const { words, values, settings } = splitOptions({ argv, options: optionsOf(command), app: 'stdio' })
  if (values['help'] === true) {
    await write(commandHelp(command))
    return 0
  }
  const config = await loadConfig({ argv: settings, env, cwd, app: 'stdio' })
  const opened = new Opened(config, values, cwd, command)
  const advice = ownerAdvice(config)
  try {
    const answer = await command.run({
      words,
      values,
      config,
      cwd,
      ledger: () => opened.ledger(),
      key: () => opened.key(),
      newPassphrase: () => readPassphrase(opened.source, { twice: true }),
      publicKey: () => opened.publicKey(),
      note: (text) => void process.stderr.write(`${advice(text)}\n`),
      write,
    })
    if (answer === undefined) return 0
    await write(values['json'] === true ? `${toJson(answer.data, 2)}\n` : advice(answer.text))
    return answer.exitCode ?? 0
  } catch (error) {
    if (!LightningError.is(error)) throw error
    if (values['json'] === true) await write(`${toJson({ ok: false, error: asData(error, advice) }, 2)}\n`)
    process.stderr.write(advice(asText(error)))
    return 1
  } finally {
    await opened.close()
  }
}

const asData = ({ code, message, hint }: LightningError, advice: OwnerAdvice) => ({
  code,
  message: advice(message),
  ...(hint === undefined ? {} : { hint: advice(hint) }),
})

const asText = ({ message, hint }: LightningError): string => {
  // a list of problems comes in lines
  const lines = message.split('\n').map((line) => `lightning-mcp: ${cleanText(line, 2_000)}\n`)
  return `${lines.join('')}${hint === undefined ? '' : `→ ${cleanText(hint, 2_000)}\n`}`
}

/** What a command opened, each once. */
class Opened implements Pick<CommandContext, 'ledger' | 'key' | 'publicKey'> {
  readonly source: { file?: string; cwd: string }
  readonly #config: Config
  readonly #command: OwnerCommand
  #ledger: Promise<OpenedLedger> | undefined
  #key: Promise<OwnerKey> | undefined

  constructor(
    config: Config,
    values: Readonly<Record<string, string | true>>,
    cwd: string,
    command: OwnerCommand,
  ) {
    const file = values['passphrase-file']
    this.source = { cwd, ...(typeof file === 'string' ? { file } : {}) }
    this.#config = config
    this.#command = command
  }

  ledger(): Promise<OpenedLedger> {
    this.#ledger ??= openLedger(this.#config, {
      create: this.#command.begins === true,
      log: createLog({ level: 'error', write: (line) => void process.stderr.write(line) }),
    })
    return this.#ledger
  }

  key(): Promise<OwnerKey> {
    this.#key ??= this.#openKey()
    return this.#key
  }

  async publicKey(): Promise<string | undefined> {
    const { readOwner } = await import('@lightning-mcp/wallet')
    return (await readOwner(this.#config.ownerDir))?.publicKey
  }

  async close(): Promise<void> {
    await (await this.#ledger?.catch(() => undefined))?.close()
  }

  async #openKey(): Promise<OwnerKey> {
    const { hasOwnerKey, openOwner, ownerKeyMissing } = await import('@lightning-mcp/wallet')
    const folder = this.#config.ownerDir
    // before anybody types a passphrase in vain
    if (!(await hasOwnerKey(folder))) throw ownerKeyMissing(folder)
    await this.#assertOfLedger(await this.publicKey().catch(() => undefined))
    const key = await openOwner({ folder, passphrase: await readPassphrase(this.source) })
    await this.#assertOfLedger(key.publicKey)
    return key
  }

  /** What another key signs the server takes for forged, and stops or asks again. */
  async #assertOfLedger(publicKey: string | undefined): Promise<void> {
    if (this.#command.takesAnyKey === true || publicKey === undefined) return
    const { ownerOfLedger, readLedgerMeta } = await import('@lightning-mcp/wallet')
    const { store } = await this.ledger()
    const owner = ownerOfLedger(await store.read(readLedgerMeta))
    if (owner === undefined || owner === publicKey) return
    throw new LightningError({
      code: 'permission_denied',
      message: `${this.#config.ownerDir} holds another owner’s key than the one that made this wallet’s ledger`,
      hint: 'Name the folder of the right key with --owner-dir, or the right wallet with --data-dir.',
    })
  }
}
