import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type BearerToken, generateToken } from './bearer-token.ts'
import { StartError } from './start-error.ts'

const FORMAT = /^sha256:([0-9a-f]{64})\n?$/

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

const read = async (path: string): Promise<BearerToken | undefined> => {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new StartError(
      `the token file ${path} cannot be read (${codeOf(error)}). Make it readable for this user.`,
      {
        cause: error,
      },
    )
  }
  const hex = FORMAT.exec(text)?.[1]
  if (hex === undefined)
    throw new StartError(
      `${path} does not hold the hash of a token. Delete it, and the next start makes a new one.`,
    )
  return { sha256: Buffer.from(hex, 'hex') }
}

/** Puts the file there whole or not at all; `false` if another start was quicker. */
const create = async (path: string, { sha256 }: BearerToken): Promise<boolean> => {
  const draft = `${path}.${randomUUID()}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(draft, `sha256:${sha256.toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw new StartError(
      `the token file ${path} cannot be written (${codeOf(error)}). Give another place with --data-dir.`,
      {
        cause: error,
      },
    )
  } finally {
    await unlink(draft).catch(() => {})
  }
}

/**
 * The token whose hash lies in a file. At the first start there is none: one is made, `announce` is
 * told it once, and only its hash is kept (mode 0600).
 */
export const loadTokenFile = async (
  path: string,
  announce: (token: string) => void,
): Promise<BearerToken> => {
  const known = await read(path)
  if (known !== undefined) return known
  const { token, hash } = generateToken()
  if (await create(path, hash)) {
    announce(token)
    return hash
  }
  const other = await read(path)
  if (other === undefined)
    throw new StartError(`the token file ${path} was removed during the start. Start again.`)
  return other
}
