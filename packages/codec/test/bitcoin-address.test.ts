import { describe, expect, test } from 'vitest'
import { parseBitcoinAddress } from '../src/index.ts'
import { refusalOf } from './refusal-of.ts'

const TESTS = ['testnet', 'testnet4', 'signet']

// BIP 173 and BIP 350 publish the segwit ones.
describe('parseBitcoinAddress', () => {
  test.each<[address: string, type: string, networks: string[]]>([
    ['1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', 'p2pkh', ['mainnet']],
    ['3EktnHQD7RiAE6uzMj2ZifT9YgRrkSgzQX', 'p2sh', ['mainnet']],
    ['mk2QpYatsKicvFVuTAQLBryyccRXMUaGHP', 'p2pkh', [...TESTS, 'regtest']],
    ['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', 'p2wpkh', ['mainnet']],
    ['tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7', 'p2wsh', TESTS],
    ['bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y', 'witness', ['mainnet']],
    ['BC1SW50QGDZ25J', 'witness', ['mainnet']],
    ['bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs', 'witness', ['mainnet']],
    ['tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy', 'p2wsh', TESTS],
    ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0', 'p2tr', ['mainnet']],
  ])('reads %s', (address, type, networks) => {
    expect(parseBitcoinAddress(address)).toMatchObject({ type, networks })
  })

  test.each([
    'tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
    'tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf',
    'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh',
    'tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47',
    'bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4',
    'BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R',
    'bc1pw5dgrnzv',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav',
    'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P',
    'tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf',
    'tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j',
    'bc1gmk9yu',
    '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3',
    '2BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
  ])('refuses %s', (address) => {
    expect(refusalOf(() => parseBitcoinAddress(address)).code).toBe('invalid_request')
  })
})
