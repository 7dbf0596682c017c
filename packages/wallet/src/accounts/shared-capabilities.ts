import { type Capabilities, narrowCapabilities } from '@lightning-mcp/core'
import type { NodeReader } from '../node-reader.ts'

/** What concerns the node as a whole, and with it every account on it. */
const NODE_ONLY = /^(?:channels|splicing|peers|onchain|forwards|messages|watchtowers|backup|hold|offers)\./

/** A tracked account has no say over the node that it shares, and no view into it. */
export function sharedCapabilities(capabilities: Capabilities): Capabilities {
  return narrowCapabilities(capabilities, (capability) => !NODE_ONLY.test(capability))
}

export const SHARED_NODE: NodeReader = Object.freeze({})
