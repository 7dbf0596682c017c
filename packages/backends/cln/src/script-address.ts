import { createHash } from 'node:crypto'
import type { Network } from '@lightning-mcp/core'
import { bech32, bech32m, createBase58check } from '@scure/base'

const PREFIXES: Readonly<Record<Network, { segwit: string; p2pkh: number; p2sh: number }>> = {
  mainnet: { segwit: 'bc', p2pkh: 0, p2sh: 5 },
  testnet: { segwit: 'tb', p2pkh: 111, p2sh: 196 },
  testnet4: { segwit: 'tb', p2pkh: 111, p2sh: 196 },
  signet: { segwit: 'tb', p2pkh: 111, p2sh: 196 },
  regtest: { segwit: 'bcrt', p2pkh: 111, p2sh: 196 },
}

const base58check = createBase58check((data: Uint8Array) => createHash('sha256').update(data).digest())

/** The address of an output script, as Core Lightning's listtransactions tells it in hex; nothing where it has none. */
export function addressOfScript(script: string, network: Network): string | undefined {
  const { segwit, p2pkh, p2sh } = PREFIXES[network]
  const hash = (version: number, hex: string): string =>
    base58check.encode(Uint8Array.of(version, ...Buffer.from(hex, 'hex')))
  const [, toKeyHash] = /^76a914([0-9a-f]{40})88ac$/.exec(script) ?? []
  if (toKeyHash !== undefined) return hash(p2pkh, toKeyHash)
  const [, toScriptHash] = /^a914([0-9a-f]{40})87$/.exec(script) ?? []
  if (toScriptHash !== undefined) return hash(p2sh, toScriptHash)
  // BIP 141: OP_0 or OP_1 … OP_16, and a push of 2 to 40 bytes
  const [, opcode, length, program] = /^(00|5[1-9a-f]|60)([0-9a-f]{2})([0-9a-f]+)$/.exec(script) ?? []
  if (opcode === undefined || length === undefined || program?.length !== 2 * Number.parseInt(length, 16))
    return undefined
  const version = opcode === '00' ? 0 : Number.parseInt(opcode, 16) - 0x50
  const codec = version === 0 ? bech32 : bech32m
  return codec.encode(segwit, [version, ...codec.toWords(Buffer.from(program, 'hex'))])
}
