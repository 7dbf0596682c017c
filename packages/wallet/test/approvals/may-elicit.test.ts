import { msat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { mayElicit } from '../../src/approvals/approval-rules.ts'

const rules = { elicitUpToMsat: msat(1_000n) }

test.each([
  ['a payment of as much', { kind: 'invoice' as const, amountMsat: msat(1_000n) }, true],
  ['a payment of more', { kind: 'invoice' as const, amountMsat: msat(1_001n) }, false],
  [
    'own money on top',
    { kind: 'channel-open' as const, amountMsat: msat(0n), capitalMsat: msat(1_001n) },
    false,
  ],
  // it has no amount, and moves all that the channel holds
  ['a closing', { kind: 'channel-close' as const, amountMsat: msat(0n) }, false],
])('what the client may have approved: %s', (_, moved, expected) =>
  expect(mayElicit(rules, moved)).toBe(expected),
)
