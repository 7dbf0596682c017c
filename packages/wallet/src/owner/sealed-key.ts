import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  randomBytes,
  scrypt,
} from 'node:crypto'
import { LightningError } from '@lightning-mcp/core'
import { canonicalJson } from './canonical-json.ts'
import { hasBytes, isOwnerPublicKey, type OwnerKey, ownerKeyOf } from './owner-key.ts'

/** 128 MiB and about half a second for each guess (OWASP's first choice for scrypt). */
const COST = { N: 131_072, r: 8, p: 1 } as const
/** What a file may ask of this machine, so that a hostile one does not take all its memory. */
const MOST_MEMORY = 1024 * 1024 * 1024
const MOST_PARALLEL = 16

export const SHORTEST_PASSPHRASE = 10

/** The key file's content. Everything but `cipher.data` is in the clear; `checksum` tells damage from a wrong passphrase. */
interface SealedKey {
  kind: 'lightning-mcp owner key'
  version: 1
  publicKey: string
  kdf: { name: 'scrypt'; N: number; r: number; p: number; salt: string }
  cipher: { name: 'aes-256-gcm'; nonce: string; tag: string; data: string }
  checksum: string
}

type Head = Pick<SealedKey, 'kind' | 'version' | 'publicKey' | 'kdf'>

/** The key as the text of a key file, closed by a passphrase. Throws `invalid_request` for a short one. */
export async function sealOwnerKey(key: OwnerKey, passphrase: string): Promise<string> {
  if (Array.from(passphrase.normalize('NFKC')).length < SHORTEST_PASSPHRASE)
    throw new LightningError({
      code: 'invalid_request',
      message: `the passphrase has fewer than ${SHORTEST_PASSPHRASE} characters`,
      hint: 'Take a longer one, such as five random words.',
    })
  const head: Head = {
    kind: 'lightning-mcp owner key',
    version: 1,
    publicKey: key.publicKey,
    kdf: { name: 'scrypt', ...COST, salt: randomBytes(32).toString('base64url') },
  }
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, head.kdf), nonce)
  cipher.setAAD(Buffer.from(canonicalJson(head)))
  const secret = key.privateKey.export({ format: 'der', type: 'pkcs8' })
  const data = Buffer.concat([cipher.update(secret), cipher.final()])
  secret.fill(0)
  const body = {
    ...head,
    cipher: {
      name: 'aes-256-gcm',
      nonce: nonce.toString('base64url'),
      tag: cipher.getAuthTag().toString('base64url'),
      data: data.toString('base64url'),
    },
  }
  return `${JSON.stringify({ ...body, checksum: checksumOf(body) }, undefined, 2)}\n`
}

/**
 * Opens what {@link sealOwnerKey} wrote. Throws `unauthenticated` for a wrong passphrase, `not_ready`
 * for a damaged text or one of a newer version.
 */
export async function unsealOwnerKey(text: string, passphrase: string): Promise<OwnerKey> {
  const { checksum: _, cipher: sealed, ...head } = readSealedKey(text)
  const nonce = Buffer.from(sealed.nonce, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', await derive(passphrase, head.kdf), nonce)
  decipher.setAAD(Buffer.from(canonicalJson(head)))
  decipher.setAuthTag(Buffer.from(sealed.tag, 'base64url'))
  let key: OwnerKey
  try {
    const data = decipher.update(Buffer.from(sealed.data, 'base64url'))
    decipher.final()
    key = ownerKeyOf(createPrivateKey({ key: data, format: 'der', type: 'pkcs8' }))
    data.fill(0)
  } catch {
    // the file is whole, so it is the passphrase
    throw new LightningError({
      code: 'unauthenticated',
      message: "the passphrase does not open the owner's key",
      hint: 'Try again; nobody can open the key without it.',
    })
  }
  if (key.publicKey !== head.publicKey) throw damaged('it names another public key than its own')
  return key
}

/** The public half, without a passphrase. Throws `not_ready` for a damaged text. */
export const publicKeyOfSealed = (text: string): string => readSealedKey(text).publicKey

function readSealedKey(text: string): SealedKey {
  let value: Partial<SealedKey>
  try {
    value = JSON.parse(text) as Partial<SealedKey>
  } catch {
    throw damaged('it is no JSON')
  }
  if (value?.kind !== 'lightning-mcp owner key') throw damaged('it is no key file')
  if (value.version !== 1)
    throw new LightningError({
      code: 'not_ready',
      message: `the owner's key file has version ${String(value.version).slice(0, 20)} and this program knows 1`,
      hint: 'Update the program.',
    })
  const { checksum, ...body } = value as SealedKey
  let expected: string
  try {
    expected = checksumOf(body)
  } catch {
    throw damaged('it holds what no key file holds')
  }
  if (checksum !== expected) throw damaged('its checksum is wrong')
  if (!isWhole(body)) throw damaged('a part is missing or malformed')
  return value as SealedKey
}

function isWhole({ publicKey, kdf, cipher }: Omit<SealedKey, 'checksum'>): boolean {
  const { N, r, p } = kdf ?? {}
  const whole = [N, r, p].every((value) => Number.isSafeInteger(value) && value > 0)
  return (
    isOwnerPublicKey(publicKey) &&
    kdf?.name === 'scrypt' &&
    hasBytes(kdf.salt, 32) &&
    whole &&
    memoryOf(kdf) <= MOST_MEMORY &&
    p <= MOST_PARALLEL &&
    cipher?.name === 'aes-256-gcm' &&
    hasBytes(cipher.nonce, 12) &&
    hasBytes(cipher.tag, 16) &&
    typeof cipher.data === 'string'
  )
}

export const checksumOf = (body: object): string =>
  createHash('sha256').update(canonicalJson(body)).digest('base64url')

const memoryOf = ({ N, r }: { N: number; r: number }): number => 128 * N * r

function derive(passphrase: string, { N, r, p, salt }: SealedKey['kdf']): Promise<Buffer> {
  // the same passphrase typed on another keyboard or system may come in another Unicode form
  const secret = passphrase.normalize('NFKC')
  const options = { N, r, p, maxmem: memoryOf({ N, r }) + 128 * r * p + 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(secret, Buffer.from(salt, 'base64url'), 32, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

const damaged = (why: string): LightningError =>
  new LightningError({
    code: 'not_ready',
    message: `the owner's key file is damaged: ${why}`,
    hint: 'Put a copy of it back. Without one make a new key with `lightning-mcp owner init` in another --owner-dir.',
  })
