import { bech32, bech32m } from '@scure/base'

/** The script that an address stands for, hex. */
export function scriptOf(address: string): string {
  const segwit = /^bcrt1q/i.test(address) ? bech32 : bech32m
  const decoded = segwit.decodeUnsafe(address, 90)
  if (decoded === undefined) return '76a914000000000000000000000000000000000000000088ac'
  const [version = 0, ...words] = decoded.words
  const program = segwit.fromWords(words)
  const head = [version === 0 ? 0 : 0x50 + version, program.length]
  return Buffer.from([...head, ...program]).toString('hex')
}
