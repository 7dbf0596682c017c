import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { LightningError } from '@lightning-mcp/core'

/** The owner's verifying key: Ed25519, 32 bytes as unpadded base64url (43 characters). */
export type OwnerPublicKey = string

/** The owner's key, open. `privateKey` prints nothing of itself and never leaves the process. */
export interface OwnerKey {
  readonly publicKey: OwnerPublicKey
  readonly privateKey: KeyObject
}

/** A new key that lies nowhere yet. */
export function generateOwnerKey(): OwnerKey {
  return ownerKeyOf(generateKeyPairSync('ed25519').privateKey)
}

/** The private half with the public one derived from it. */
export function ownerKeyOf(privateKey: KeyObject): OwnerKey {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (privateKey.asymmetricKeyType !== 'ed25519' || x === undefined)
    throw new TypeError('an owner key is an Ed25519 key')
  return Object.freeze({ publicKey: x, privateKey })
}

/** Reads a public key; `undefined` for anything that is not the one text of 32 bytes. */
export function readOwnerPublicKey(text: unknown): KeyObject | undefined {
  if (!isOwnerPublicKey(text)) return undefined
  try {
    return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: text } })
  } catch {
    return undefined
  }
}

/** Whether it has the form of an owner's public key. */
export const isOwnerPublicKey = (text: unknown): text is OwnerPublicKey => hasBytes(text, 32)

/** Whether it is unpadded base64url of so many bytes, in the one way they can be written. */
export function hasBytes(text: unknown, length: number): text is string {
  if (typeof text !== 'string' || !/^[\w-]*$/.test(text)) return false
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === length && bytes.toString('base64url') === text
}

/** What is told wherever the owner's key is needed and there is none. */
export const ownerKeyMissing = (folder: string): LightningError =>
  new LightningError({
    code: 'not_ready',
    message: `there is no owner's key in ${folder}`,
    hint: 'Make one with `lightning-mcp owner init`, or name its folder with --owner-dir.',
  })
