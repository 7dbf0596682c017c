import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { NetworkState } from '../network-state.ts'
import { deriveBytes } from './keys.ts'

/** Version, nonce, then the encrypted list of channels with its tag; base64. */
export const BACKUP_FORMAT = 'simulator-channel-backup'

const CIPHER = 'chacha20-poly1305'
const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** All channels of the node that are not closed, readable with the node's key alone. */
export function exportBackup(state: NetworkState, name: string): string {
  const channels = state
    .channelsOf(name)
    .filter((channel) => channel.state !== 'closed')
    .map((channel) => ({
      channelId: channel.id,
      fundingOutpoint: `${channel.fundingTxId}:${channel.fundingOutput}`,
      capacitySat: `${channel.capacitySat}`,
      peers: channel.nodes.map((node) => state.node(node).nodeId),
    }))
  const plain = Buffer.from(JSON.stringify(channels))
  const key = backupKey(state, name)
  // follows from the content: a nonce is never used for two lists
  const nonce = createHmac('sha256', key).update(plain).digest().subarray(0, NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return Buffer.concat([Buffer.from([VERSION]), nonce, encrypted]).toString('base64')
}

/** Whether it is a backup of this node, and undamaged. */
export function verifyBackup(state: NetworkState, name: string, backup: string): boolean {
  const bytes = Buffer.from(backup, 'base64')
  const least = 1 + NONCE_BYTES + TAG_BYTES
  if (bytes.length < least || bytes[0] !== VERSION || bytes.toString('base64') !== backup) return false
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
  const decipher = createDecipheriv(CIPHER, backupKey(state, name), nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  decipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}

const backupKey = (state: NetworkState, name: string): Uint8Array => deriveBytes(state.seed, 'backup', name)
