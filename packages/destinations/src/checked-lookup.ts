import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { isPublicAddress } from './public-address.ts'
import { privateAddress, refusal } from './refusals.ts'
import type { DestinationResolverOptions, HostAddress, LookupHost } from './resolver-options.ts'

const lookupSystem: LookupHost = (hostname) => systemLookup(hostname, { all: true })

/**
 * Connects only to addresses that were checked. A name is looked up once per connection and the socket
 * goes to the very addresses that passed, so that a second answer of the DNS cannot lead elsewhere.
 */
export function checkedConnector(options: DestinationResolverOptions): buildConnector.connector {
  const {
    allowPrivateAddresses = false,
    lookupHost = lookupSystem,
    certificateAuthorities,
    timeoutMs,
  } = options
  const connect = buildConnector({
    lookup: checkedLookup(lookupHost, allowPrivateAddresses),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(certificateAuthorities === undefined ? {} : { ca: certificateAuthorities }),
  } as buildConnector.BuildOptions)
  return (target, callback) => {
    // an address in figures is never looked up
    const host = target.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !allowPrivateAddresses && !isPublicAddress(host))
      return callback(privateAddress(host), null)
    return connect(target, callback)
  }
}

function checkedLookup(lookupHost: LookupHost, allowPrivateAddresses: boolean): LookupFunction {
  return (hostname, { all }, callback) => {
    lookupHost(hostname)
      .then((found) => checkAddresses(hostname, found, allowPrivateAddresses))
      .then(
        (addresses) => {
          const [first] = addresses
          if (all) callback(null, [...addresses])
          else callback(null, first.address, first.family)
        },
        (error: Error) => callback(error, ''),
      )
  }
}

/** One private address among public ones is enough to refuse: no honest name has both. */
function checkAddresses(
  hostname: string,
  found: readonly HostAddress[],
  allowPrivateAddresses: boolean,
): readonly [HostAddress, ...HostAddress[]] {
  const [first, ...others] = found
  if (first === undefined)
    throw refusal({
      code: 'unavailable',
      message: `${hostname} has no address.`,
      hint: 'Check the address of the recipient.',
    })
  if (!allowPrivateAddresses && !found.every(({ address }) => isPublicAddress(address)))
    throw privateAddress(hostname)
  return [first, ...others]
}
