import type { Msat, Network, NodeId } from '@lightning-mcp/core'
import { MAX_MSAT, nodeId } from '@lightning-mcp/core'
import { isCurvePoint } from '../node-uri.ts'
import { readTruncated } from './tlv-stream.ts'

/** What the values of BOLT 12's fields mean. Each reader throws a plain `Error` that says what is wrong. */

const CHAIN_BYTES = 32
/** The end of the ECMAScript calendar. */
const LATEST_SECOND = 8_640_000_000_000n

/** Hashes of the first blocks, in the byte order of the wire. */
const CHAIN_OF: Readonly<Record<Network, string>> = {
  mainnet: '6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000',
  testnet: '43497fd7f826957108f4a30fd9cec3aeba79972084e90ead01ea330900000000',
  testnet4: '43f08bdab050e35b567c864b91f47f50ae725ae2de53bcfbbaf284da00000000',
  signet: 'f61eee3b63a380a477a063af32b2bbc97c9ff9f01f2c4225e973988108000000',
  regtest: '06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f',
}
const NETWORK_OF = new Map(Object.entries(CHAIN_OF).map(([network, hash]) => [hash, network as Network]))

export const chainHash = (network: Network): Buffer => Buffer.from(CHAIN_OF[network], 'hex')

/** Of a list of chains, those that are known here. */
export function readChains(value: Buffer): Network[] {
  if (value.length === 0 || value.length % CHAIN_BYTES !== 0)
    throw new Error('its list of networks is cut off')
  const networks: Network[] = []
  for (let at = 0; at < value.length; at += CHAIN_BYTES) {
    const network = NETWORK_OF.get(value.subarray(at, at + CHAIN_BYTES).toString('hex'))
    if (network !== undefined) networks.push(network)
  }
  return networks
}

/** The one chain of a request or an invoice; mainnet where none is written. */
export function readChain(value: Buffer | undefined): Network {
  if (value === undefined) return 'mainnet'
  const network = value.length === CHAIN_BYTES ? readChains(value)[0] : undefined
  if (network === undefined) throw new Error('it is for a network that is not known here')
  return network
}

export function readText(value: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  } catch {
    throw new Error('a text in it is not UTF-8')
  }
}

export function readCurrency(value: Buffer): string {
  const code = readText(value)
  if (!/^[A-Z]{3}$/.test(code)) throw new Error('its currency is not one')
  return code
}

/** Set bits; of the even ones, which are required, only the known may be among them. */
export function readFeatureBits(value: Buffer, knownEvenBits: readonly number[]): number[] {
  const bits: number[] = []
  value.toReversed().forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) bits.push(i * 8 + bit)
  })
  const required = bits.find((bit) => bit % 2 === 0 && !knownEvenBits.includes(bit))
  if (required !== undefined) throw new Error(`it requires feature ${required}, which is not known here`)
  return bits
}

export function readPoint(value: Buffer, otherwise: string): NodeId {
  const hex = value.toString('hex')
  if (value.length !== 33 || !isCurvePoint(hex)) throw new Error(otherwise)
  return nodeId(hex)
}

export function readAmount(value: Buffer): Msat {
  const amount = readTruncated(value)
  if (amount === 0n) throw new Error('its amount is zero')
  if (amount > MAX_MSAT) throw new Error('its amount is above 21 million BTC')
  return amount as Msat
}

export function readTime(value: Buffer): number {
  const seconds = readTruncated(value)
  if (seconds > LATEST_SECOND) throw new Error('a time in it is out of range')
  return Number(seconds)
}

export const optional = <T>(value: Buffer | undefined, read: (value: Buffer) => T): T | undefined =>
  value === undefined ? undefined : read(value)
