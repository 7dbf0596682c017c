import { createHash } from 'node:crypto'
import type { Network } from '@lightning-mcp/core'
import { base58, bech32, bech32m } from '@scure/base'
import { guarded, refusal, tidyInput } from './refusal.ts'

export type BitcoinAddressType = 'p2pkh' | 'p2sh' | 'p2wpkh' | 'p2wsh' | 'p2tr' | 'witness'

export interface BitcoinAddress {
  /** Bech32 forms in lower case. */
  address: string
  type: BitcoinAddressType
  /** The networks that write addresses this way: test networks share theirs. */
  networks: readonly Network[]
}

const MAINNET: readonly Network[] = ['mainnet']
const PUBLIC_TESTS: readonly Network[] = ['testnet', 'testnet4', 'signet']
const REGTEST: readonly Network[] = ['regtest']

const BASE58_VERSIONS: Readonly<Record<number, { type: BitcoinAddressType; networks: readonly Network[] }>> =
  {
    0: { type: 'p2pkh', networks: MAINNET },
    5: { type: 'p2sh', networks: MAINNET },
    111: { type: 'p2pkh', networks: [...PUBLIC_TESTS, ...REGTEST] },
    196: { type: 'p2sh', networks: [...PUBLIC_TESTS, ...REGTEST] },
  }

const SEGWIT_PREFIXES: Readonly<Record<string, readonly Network[]>> = {
  bc: MAINNET,
  tb: PUBLIC_TESTS,
  bcrt: REGTEST,
}

const SEGWIT = /^(bc|tb|bcrt)1[02-9ac-hj-np-z]{6,87}$/
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]{25,36}$/

/** Reads an on-chain address and checks its checksum: base58check, bech32 (BIP 173) or bech32m (BIP 350). Throws `invalid_request`. */
export function parseBitcoinAddress(text: string): BitcoinAddress {
  const tidy = tidyInput(text, 'Bitcoin address')
  const lower = tidy.toLowerCase()
  if (SEGWIT.test(lower) && (tidy === lower || tidy === tidy.toUpperCase())) return readSegwit(lower)
  if (BASE58.test(tidy)) return readBase58(tidy)
  throw notAnAddress()
}

function readSegwit(address: string): BitcoinAddress {
  const separator = address.lastIndexOf('1')
  const networks = SEGWIT_PREFIXES[address.slice(0, separator)]
  // the first word behind the separator is the witness version: `q` is 0
  const version = address[separator + 1] === 'q' ? 0 : 1
  const codec = version === 0 ? bech32 : bech32m
  const { words } = guarded(() => codec.decode(address as `${string}1${string}`, 90), notAnAddress)
  const program = guarded(() => codec.fromWords(words.slice(1)), notAnAddress)
  const witnessVersion = words[0] as number
  const length = program.length
  if (networks === undefined || witnessVersion > 16 || length < 2 || length > 40) throw notAnAddress()
  if (witnessVersion === 0 && length !== 20 && length !== 32) throw notAnAddress()
  return { address, type: segwitType(witnessVersion, length), networks }
}

function segwitType(version: number, length: number): BitcoinAddressType {
  if (version === 0) return length === 20 ? 'p2wpkh' : 'p2wsh'
  return version === 1 && length === 32 ? 'p2tr' : 'witness'
}

function readBase58(address: string): BitcoinAddress {
  const bytes = guarded(() => base58.decode(address), notAnAddress)
  const payload = bytes.subarray(0, 21)
  const checksum = sha256(sha256(payload)).subarray(0, 4)
  const version = BASE58_VERSIONS[bytes[0] as number]
  if (bytes.length !== 25 || version === undefined || !checksum.equals(bytes.subarray(21)))
    throw notAnAddress()
  return { address, ...version }
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

const notAnAddress = () =>
  refusal(
    'invalid_request',
    'This is not a valid Bitcoin address.',
    'Copy the whole address again: a character is wrong or missing.',
  )
