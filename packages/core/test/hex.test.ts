import { describe, expect, test } from 'vitest'
import {
  descriptionHash,
  LightningError,
  nodeId,
  paymentHash,
  preimage,
  sameNetwork,
  txId,
} from '../src/index.ts'

const parsers = { paymentHash, preimage, descriptionHash, txId }
const key = `02${'ab'.repeat(32)}`

describe('hex values', () => {
  test.each(Object.entries(parsers))('%s takes either case and answers lower', (_name, parse) => {
    expect(parse('AB'.repeat(32))).toBe('ab'.repeat(32))
  })

  test.each([
    '',
    'ab',
    'zz'.repeat(32),
    'ab'.repeat(33),
    ` ${'ab'.repeat(32)}`,
    undefined as unknown as string,
  ])('refuses %j without repeating it', (text) => {
    for (const parse of Object.values(parsers)) {
      const error = (() => {
        try {
          return parse(text)
        } catch (thrown) {
          return thrown
        }
      })()
      expect(LightningError.is(error) && error.code).toBe('invalid_request')
      if (text) expect((error as Error).message).not.toContain(text)
    }
  })

  test('a node id is a compressed key', () => {
    expect(nodeId(key.toUpperCase())).toBe(key)
    expect(() => nodeId(`04${'ab'.repeat(32)}`)).toThrow('not a node id')
  })
})

describe('sameNetwork', () => {
  test('testnet and testnet4 share their prefix', () => {
    expect(sameNetwork('testnet', 'testnet4')).toBe(true)
    expect(sameNetwork('mainnet', 'regtest')).toBe(false)
    expect(sameNetwork('signet', 'testnet')).toBe(false)
  })
})
