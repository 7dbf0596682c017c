import type { Network } from '@lightning-mcp/core'

export interface DestinationResolverOptions {
  /** The paying wallet's, where a request does not name it: invoices for another network are refused. */
  network?: Network
  /** For one request, from the name look-up to the last byte. Default 10,000. */
  timeoutMs?: number
  /** Largest reply. Default 65,536. */
  maxReplyBytes?: number
  /** A Tor SOCKS proxy, e.g. `socks5://127.0.0.1:9050`. Without one onion services are refused. */
  onionProxy?: string
  /** PEM. Trusted instead of the system's authorities. */
  certificateAuthorities?: string
  /** For tests: private and loopback addresses may be asked, and this machine over plain http. */
  allowPrivateAddresses?: boolean
  /** Finds the addresses of a name. Default: the system's resolver. */
  lookupHost?: LookupHost
  /** Default: the system clock. */
  nowSeconds?: () => number
}

export type LookupHost = (hostname: string) => Promise<readonly HostAddress[]>

export interface HostAddress {
  address: string
  family: number
}
