import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { LightningError } from '@lightning-mcp/core'
import {
  generateOwnerKey,
  isOwnerPublicKey,
  type OwnerKey,
  type OwnerPublicKey,
  ownerKeyMissing,
} from './owner-key.ts'
import { publicKeyOfSealed, sealOwnerKey, unsealOwnerKey } from './sealed-key.ts'

/** The private half, closed by the passphrase. May lie on another machine. */
const KEY_FILE = 'owner-key.json'
/** The public half: all that a server needs. */
const PUBLIC_FILE = 'owner.json'

/** What a server knows of its owner. */
export interface Owner {
  readonly publicKey: OwnerPublicKey
}

/** The owner that the folder names; `undefined`: none yet. Throws `not_ready` for a damaged file. */
export async function readOwner(folder: string): Promise<Owner | undefined> {
  return readPublic(folder, await readText(join(folder, PUBLIC_FILE)))
}

/**
 * The owner that the folder names, looked for with each use until there is one, and the same from then
 * on: another key takes a restart. What is wrong with the file is told once, and there is no owner.
 */
export function ownerIn(
  folder: string,
  onFault: (fault: LightningError) => void,
): { readonly publicKey: OwnerPublicKey | undefined } {
  const path = join(folder, PUBLIC_FILE)
  let known: OwnerPublicKey | undefined
  let told: string | undefined
  return {
    get publicKey() {
      try {
        if (known === undefined && existsSync(path))
          known = readPublic(folder, readFileSync(path, 'utf8'))?.publicKey
      } catch (error) {
        const fault = LightningError.is(error) ? error : unusable(path, error)
        if (told !== fault.message) onFault(fault)
        told = fault.message
      }
      return known
    },
  }
}

function readPublic(folder: string, text: string | undefined): Owner | undefined {
  if (text === undefined) return undefined
  let value: { version?: unknown; publicKey?: unknown } | null
  try {
    value = JSON.parse(text) as typeof value
  } catch {
    value = null
  }
  if (value?.version !== 1 || !isOwnerPublicKey(value.publicKey))
    throw new LightningError({
      code: 'not_ready',
      message: `${join(folder, PUBLIC_FILE)} does not hold an owner's public key`,
      hint: 'Delete it; `lightning-mcp owner init` writes it again from the key file.',
    })
  return { publicKey: value.publicKey }
}

/** Whether the folder holds the private half. */
export const hasOwnerKey = async (folder: string): Promise<boolean> =>
  (await readText(join(folder, KEY_FILE))) !== undefined

/**
 * Makes a key and both files, of which only the user may read the private one. Never replaces a key:
 * throws `already_exists`.
 */
export async function createOwner({
  folder,
  passphrase,
}: {
  folder: string
  passphrase: string
}): Promise<OwnerKey> {
  const key = generateOwnerKey()
  const sealed = await sealOwnerKey(key, passphrase)
  await usable(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (!(await place(join(folder, KEY_FILE), sealed, { mode: 0o600 })))
      throw new LightningError({
        code: 'already_exists',
        message: `${folder} holds an owner's key already`,
        hint: 'Use it; another key goes into another --owner-dir.',
        sent: 'no',
      })
    await writePublic(folder, key.publicKey)
  })
  return key
}

/** Opens the key. Throws `not_ready` where it is missing or damaged, `unauthenticated` for a wrong passphrase. */
export async function openOwner({
  folder,
  passphrase,
}: {
  folder: string
  passphrase: string
}): Promise<OwnerKey> {
  const sealed = await readText(join(folder, KEY_FILE))
  if (sealed === undefined) throw ownerKeyMissing(folder)
  const key = await unsealOwnerKey(sealed, passphrase)
  const owner = await readOwner(folder)
  if (owner !== undefined && owner.publicKey !== key.publicKey)
    throw new LightningError({
      code: 'unauthenticated',
      message: `${join(folder, PUBLIC_FILE)} names another owner than the key beside it`,
      hint: 'Somebody changed one of the two. Find out who; delete the wrong one and run `lightning-mcp owner init`.',
    })
  return key
}

/** Writes the public half again where only the private one is left. True where there was something to do. */
export async function restoreOwner(folder: string): Promise<boolean> {
  if ((await readText(join(folder, PUBLIC_FILE))) !== undefined) return false
  const sealed = await readText(join(folder, KEY_FILE))
  if (sealed === undefined) throw ownerKeyMissing(folder)
  await usable(folder, () => writePublic(folder, publicKeyOfSealed(sealed)))
  return true
}

async function writePublic(folder: string, publicKey: OwnerPublicKey): Promise<void> {
  const text = `${JSON.stringify({ version: 1, publicKey }, undefined, 2)}\n`
  await place(join(folder, PUBLIC_FILE), text, { mode: 0o644, replace: true })
}

/** Puts a file there whole and on disk, or not at all; false where another one is there. */
export async function place(
  path: string,
  text: string,
  { mode, replace = false }: { mode: number; replace?: boolean },
): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  try {
    const file = await open(draft, 'wx', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await (replace ? rename(draft, path) : link(draft, path))
    return true
  } catch (error) {
    if (!replace && codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await unlink(draft).catch(() => {})
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unusable(path, error)
  }
}

async function usable(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw LightningError.is(error) ? error : unusable(folder, error)
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown fault'

const unusable = (path: string, cause: unknown): LightningError =>
  new LightningError({
    code: 'not_ready',
    message: `${path} cannot be used (${codeOf(cause)})`,
    hint: 'Make it readable and writable for the owner, or name another folder with --owner-dir.',
    cause,
  })
