import { createHash } from 'node:crypto'
import { LightningError } from '@lightning-mcp/core'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { bech32, bech32m, createBase58check } from '@scure/base'
import type { NetworkState } from '../network-state.ts'
import { deriveBytes, derivePublicKey } from '../nodes/keys.ts'

export type AddressType = 'p2wpkh' | 'p2tr'

const base58check = createBase58check((bytes: Uint8Array) => createHash('sha256').update(bytes).digest())

/** A fresh address of that node: a real regtest one, whose key follows from the seed. */
export function newAddress(state: NetworkState, name: string, type: AddressType = 'p2wpkh'): string {
  const node = state.node(name)
  node.addresses += 1
  state.changed({ type: 'node', value: node })
  return addressesAt(state, name, node.addresses)[type]
}

/** Whose address it is, of all that were given out: looked for by deriving them again, for none is stored. */
export function ownerOf(state: NetworkState, address: string): string | undefined {
  for (const { name, addresses } of state.nodes.values())
    for (let index = addresses; index > 0; index -= 1) {
      const { p2wpkh, p2tr } = addressesAt(state, name, index)
      if (address.toLowerCase() === p2wpkh || address.toLowerCase() === p2tr) return name
    }
  return undefined
}

function addressesAt(
  state: NetworkState,
  name: string,
  index: number,
): Readonly<Record<AddressType, string>> {
  const key = derivePublicKey(state.seed, 'address', name, index)
  const hash = ripemd160(createHash('sha256').update(key).digest())
  return {
    p2wpkh: bech32.encode('bcrt', [0, ...bech32.toWords(hash)]),
    p2tr: bech32m.encode('bcrt', [1, ...bech32m.toWords(key.slice(1))]),
  }
}

/** The two-of-two address of a channel's funding output. */
export const fundingAddress = (state: NetworkState, from: string, to: string): string =>
  bech32.encode('bcrt', [
    0,
    ...bech32.toWords(deriveBytes(state.seed, 'funding', from, to, state.counters.sequence)),
  ])

/** Throws unless coins of regtest can be sent there. */
export function assertRegtestAddress(address: string): void {
  if (isSegwit(address) || isBase58(address)) return
  throw new LightningError({
    code: 'invalid_request',
    message: 'that is not a regtest address',
    hint: 'Give an address that starts with bcrt1, m, n or 2.',
  })
}

function isSegwit(address: string): boolean {
  const codec = /^bcrt1q/i.test(address) ? bech32 : bech32m
  const decoded = codec.decodeUnsafe(address, 90)
  if (decoded === undefined || decoded.prefix !== 'bcrt') return false
  const [version, ...words] = decoded.words
  const program = codec.fromWordsUnsafe(words)
  if (program === undefined || version === undefined || version > 16) return false
  if ((version === 0) !== (codec === bech32)) return false
  return version === 0
    ? program.length === 20 || program.length === 32
    : program.length >= 2 && program.length <= 40
}

function isBase58(address: string): boolean {
  try {
    const bytes = base58check.decode(address)
    return bytes.length === 21 && (bytes[0] === 0x6f || bytes[0] === 0xc4)
  } catch {
    return false
  }
}
