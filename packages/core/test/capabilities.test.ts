import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  CAPABILITIES,
  declareCapabilities,
  narrowCapabilities,
  OPERATION_NAMES,
  OPERATIONS,
  splitOperation,
  supports,
} from '../src/index.ts'

const sources = [
  'lightning-backend',
  'facets/channels',
  'facets/hold',
  'facets/keysend',
  'facets/node',
  'facets/offers',
  'facets/onchain',
  'facets/peers',
  'facets/routing',
]
  .map((name) => readFileSync(new URL(`../src/${name}.ts`, import.meta.url), 'utf8'))
  .join('\n')

describe('capabilities', () => {
  test('what is not declared is none', () => {
    const capabilities = declareCapabilities({ payInvoice: 'native' })
    expect(CAPABILITIES.filter((capability) => supports(capabilities, capability))).toEqual(['payInvoice'])
  })

  test('narrowing takes away and never adds', () => {
    const wide = declareCapabilities({ payInvoice: 'native', getInfo: 'emulated' })
    const narrow = narrowCapabilities(wide, (capability) => capability !== 'payInvoice')
    expect([narrow.payInvoice, narrow.getInfo, narrow.watch]).toEqual(['none', 'emulated', 'none'])
  })

  test('every operation is a capability and the other way round', () => {
    const operations = CAPABILITIES.filter((capability) => !/^(createInvoice|payInvoice)\./.test(capability))
    expect([...OPERATION_NAMES].sort()).toEqual([...operations].sort())
  })

  test.each(OPERATION_NAMES)('%s stands in the interface', (operation) => {
    const [, method] = splitOperation(operation)
    expect(sources).toMatch(new RegExp(`\\b${method}\\??\\(`))
  })

  test.each(OPERATION_NAMES.filter((name) => name.includes('.')))(
    '%s is required by its comment',
    (operation) => {
      expect(sources).toContain(`Requires: \`${operation}\``)
    },
  )

  test('what moves money is classed as spending', () => {
    const spending = OPERATION_NAMES.filter((name) => OPERATIONS[name] === 'spend')
    expect(spending).toEqual([
      'payInvoice',
      'offers.pay',
      'keysend.send',
      'channels.open',
      'channels.close',
      'splicing.spliceIn',
      'splicing.spliceOut',
      'onchain.send',
    ])
  })
})
