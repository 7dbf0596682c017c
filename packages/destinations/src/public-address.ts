import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** IPv4 ranges that are not the public internet: https://www.iana.org/assignments/iana-ipv4-special-registry */
const PRIVATE_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Of IPv6 only 2000::/3 is global unicast; these parts of it are not: https://www.iana.org/assignments/iana-ipv6-special-registry */
const PRIVATE_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const privateIpv4 = new BlockList()
for (const [network, prefix] of PRIVATE_IPV4) privateIpv4.addSubnet(network, prefix, 'ipv4')

const globalIpv6 = new BlockList()
globalIpv6.addSubnet('2000::', 3, 'ipv6')

const privateIpv6 = new BlockList()
for (const [network, prefix] of PRIVATE_IPV6) privateIpv6.addSubnet(network, prefix, 'ipv6')

/** `::ffff:a.b.c.d` in any spelling, and NAT64's `64:ff9b::a.b.c.d`, as the URL parser writes them. */
const EMBEDDED_IPV4 = /^\[(?:::ffff|64:ff9b:):(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})\]$/

/** Whether a numeric address belongs to the public internet. Anything that is not an address does not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !privateIpv4.check(address, 'ipv4')
  // a zone (`fe80::1%eth0`) is only ever written on addresses that are not public
  if (!isIPv6(address) || address.includes('%')) return false
  const embedded = embeddedIpv4(address)
  if (embedded !== undefined) return isPublicAddress(embedded)
  return globalIpv6.check(address, 'ipv6') && !privateIpv6.check(address, 'ipv6')
}

function embeddedIpv4(address: string): string | undefined {
  const match = EMBEDDED_IPV4.exec(new URL(`http://[${address}]`).hostname)
  if (match === null) return undefined
  const [high, low] = [Number.parseInt(match[1] ?? '0', 16), Number.parseInt(match[2] as string, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
