import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { LightningError, type PaymentHash, type Preimage, preimage } from '@lightning-mcp/core'
import { proves } from '../intents/outcome.ts'

/**
 * Preimages that this server chose, unreadable in the database. The key lies in a file of its own
 * beside it (mode 0600): a copy of the database alone, a backup or another user of the database
 * server learns no secret of an unpaid invoice. Whoever can read the data folder, or this process, can.
 */
export interface PreimageSafe {
  /** Reads the key, or makes it. Throws where neither can be done. */
  ready(): void
  seal(preimage: Preimage, paymentHash: PaymentHash): string
  /** `undefined`: sealed with another key, not what was sealed, or no key can be read. */
  unseal(sealed: string | undefined, paymentHash: PaymentHash): Preimage | undefined
}

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'

/** The safe whose key lies in this file, which is made when it is first needed. */
export const openPreimageSafe = (keyFile: string): PreimageSafe => preimageSafe(() => loadKey(keyFile))

/** For a ledger that is kept nowhere: the key lives as long as the process. */
export function preimageSafeInMemory(): PreimageSafe {
  const key = randomBytes(KEY_BYTES)
  return preimageSafe(() => key)
}

const nameOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8)

function preimageSafe(load: () => Buffer): PreimageSafe {
  let loaded: Buffer | undefined
  const key = (): Buffer => {
    loaded ??= load()
    return loaded
  }
  return {
    ready() {
      key()
    },
    seal(secret, paymentHash) {
      const secretKey = key()
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', secretKey, iv)
      // bound to its invoice: a sealed text put into another row opens nothing
      cipher.setAAD(Buffer.from(paymentHash, 'hex'))
      const sealed = Buffer.concat([cipher.update(Buffer.from(secret, 'hex')), cipher.final()])
      return [
        VERSION,
        nameOf(secretKey),
        Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url'),
      ].join('.')
    },
    unseal(text, paymentHash) {
      if (text === undefined) return undefined
      try {
        const secretKey = key()
        const [version, name, body] = text.split('.')
        if (version !== VERSION || name !== nameOf(secretKey) || body === undefined) return undefined
        const bytes = Buffer.from(body, 'base64url')
        const decipher = createDecipheriv('aes-256-gcm', secretKey, bytes.subarray(0, IV_BYTES))
        decipher.setAAD(Buffer.from(paymentHash, 'hex'))
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
        const secret = Buffer.concat([
          decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)),
          decipher.final(),
        ]).toString('hex')
        return proves(secret, paymentHash) ? preimage(secret) : undefined
      } catch {
        return undefined
      }
    },
  }
}

/** Read at once, as 65 bytes are: a claim must not wait for anything but the store. */
function loadKey(path: string): Buffer {
  const known = readKey(path)
  if (known !== undefined) return known
  // two processes may begin at once: the file appears whole, and the first one's stays
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeSync(file, `${randomBytes(KEY_BYTES).toString('hex')}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    try {
      linkSync(draft, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  } finally {
    rmSync(draft, { force: true })
  }
  const made = readKey(path)
  if (made === undefined) throw unusable()
  return made
}

function readKey(path: string): Buffer | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  if (!/^[0-9a-f]{64}\s*$/.test(text)) throw unusable()
  return Buffer.from(text.trim(), 'hex')
}

const unusable = (): LightningError =>
  new LightningError({
    code: 'not_ready',
    message: 'the key file of the invoices’ secrets holds no key',
    hint: 'Put the right file back. Without it payments between accounts are refused; nothing else depends on it.',
  })
