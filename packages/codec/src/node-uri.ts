import { ECDH } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { type NodeId, nodeId } from '@lightning-mcp/core'
import { isDomain } from './hosts.ts'
import { refusal, tidyInput } from './refusal.ts'

/** Where a node listens for peers. */
export interface NodeUri {
  nodeId: NodeId
  /** Host name, IPv4, IPv6 without brackets, or an onion name; lower case. */
  host: string
  /** Default 9735. */
  port: number
}

const DEFAULT_PORT = 9735
const NODE_URI = /^([0-9a-f]{66})@(\[[0-9a-f:.]+\]|[^:@[\]]+)(?::(\d{1,5}))?$/i

/** Reads `pubkey@host`, `pubkey@host:port`, `pubkey@[IPv6]:port`. Throws `invalid_request`. */
export function parseNodeUri(text: string): NodeUri {
  const [, key = '', written = '', port = `${DEFAULT_PORT}`] =
    NODE_URI.exec(tidyInput(text, 'node URI')) ?? []
  const bracketed = written.startsWith('[')
  const host = (bracketed ? written.slice(1, -1) : written).toLowerCase()
  if (!(bracketed ? isIPv6(host) : isIPv4(host) || isDomain(host)))
    throw refusal('invalid_request', 'This is not a node URI.', 'A node URI reads pubkey@host:port.')
  if (Number(port) < 1 || Number(port) > 65_535)
    throw refusal(
      'invalid_request',
      'The port of the node URI is not one.',
      'A port lies between 1 and 65535.',
    )
  return { nodeId: curvePoint(key), host, port: Number(port) }
}

/** A node id that really is a point of the curve, so that a mistyped one is seen. Throws `invalid_request`. */
export function curvePoint(text: string): NodeId {
  const id = nodeId(text)
  if (!isCurvePoint(id))
    throw refusal(
      'invalid_request',
      'The node id is not a point of the secp256k1 curve.',
      'Copy the node id again: a character is wrong.',
    )
  return id
}

export function isCurvePoint(compressedHex: string): boolean {
  try {
    ECDH.convertKey(compressedHex, 'secp256k1', 'hex', 'hex', 'compressed')
    return true
  } catch {
    return false
  }
}
