import { type Capabilities, type NodeInfo, narrowCapabilities } from '@lightning-mcp/core'

/** What concerns the node as a whole, and with it every account on it. By trying channels one would learn what they hold. */
const NODE_ONLY =
  /^(?:(?:channels|splicing|peers|onchain|forwards|messages|watchtowers|backup|hold|offers)\.|payInvoice\.outgoingChannels$)/

/** A tracked account has no say over the node that it shares, and no view into it. */
export function sharedCapabilities(capabilities: Capabilities): Capabilities {
  return narrowCapabilities(capabilities, (capability) => !NODE_ONLY.test(capability))
}

export const SHARED_NODE = Object.freeze({})

/** What a tracked account is told of the node: which it is and whether it works, not how many channels and peers it has. */
export function sharedNodeInfo({
  activeChannels,
  pendingChannels: _,
  peers: __,
  uris: ___,
  ...node
}: NodeInfo): NodeInfo {
  return activeChannels === 0 ? { ...node, activeChannels } : node
}
