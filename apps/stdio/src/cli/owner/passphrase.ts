import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { LightningError } from '@lightning-mcp/core'
import { openQuestions } from '../questions.ts'

const LONGEST = 4096

export interface PassphraseSource {
  /** `--passphrase-file`; `-`: stdin. Absent: the terminal. */
  file?: string
  cwd: string
}

/** Asks at the terminal without showing what is typed, or reads a file. Never from arguments or environment. */
export async function readPassphrase(
  { file, cwd }: PassphraseSource,
  { twice = false }: { twice?: boolean } = {},
): Promise<string> {
  const given = file === undefined ? await ask(twice) : await fromFile(file, cwd)
  // what stands around it is seldom meant: an editor's last line break, a pasted space
  const passphrase = given.trim()
  if (passphrase === '' || passphrase.length > LONGEST)
    throw refused(
      passphrase === '' ? 'no passphrase was given' : 'the passphrase is too long',
      'Type it, or put it into a file and name that with --passphrase-file.',
    )
  return passphrase
}

async function ask(twice: boolean): Promise<string> {
  if (!process.stdin.isTTY)
    throw refused(
      'there is no terminal to ask for the passphrase',
      'Run the command at a terminal, or name a file that holds the passphrase with --passphrase-file FILE (- for stdin).',
    )
  const questions = openQuestions({ input: process.stdin, output: process.stderr })
  try {
    const first = await questions.ask(
      twice ? "A passphrase for the owner's key" : "Passphrase of the owner's key",
      { secret: true },
    )
    process.stderr.write('\n')
    if (!twice) return first
    const second = await questions.ask('The same again', { secret: true })
    process.stderr.write('\n')
    if (first !== second) throw refused('the two are not the same', 'Nothing was made. Try again.')
    return first
  } finally {
    questions.close()
  }
}

async function fromFile(file: string, cwd: string): Promise<string> {
  if (file === '-') return readAll(process.stdin)
  const path = resolve(cwd, file)
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      process.stderr.write(`Other users of this machine may read the passphrase. Run: chmod 600 ${path}\n`)
    return await readFile(path, 'utf8')
  } catch (error) {
    throw refused(
      `the passphrase file ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      'Name one that this user may read.',
    )
  }
}

const refused = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'unauthenticated', message, hint })
