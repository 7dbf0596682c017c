import type { FailureReason } from '@lightning-mcp/core'
import type { Told } from './wire-rules.ts'

export interface ErrorRule extends Told {
  codes?: readonly number[]
  text?: RegExp
  /** Of clnrest. */
  statuses?: readonly number[]
  /** True where this answer is given before a payment is recorded: it proves by itself that nothing was sent. */
  refusesUnrecorded?: true
}

const MAKE_RUNE = 'docs/backends/cln.md has the createrune command for each need.'

/**
 * Core Lightning's errors, most specific first. Codes:
 * https://github.com/ElementsProject/lightning/blob/v26.06.6/common/jsonrpc_errors.h
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  // captured as rest-no-rune, rest-readonly-denied, checkrune-blacklisted
  {
    codes: [1501],
    text: /missing/i,
    code: 'unauthenticated',
    message: 'clnrest wants a rune',
    hint: `Give CLN_RUNE or CLN_RUNE_FILE. ${MAKE_RUNE}`,
    refusesUnrecorded: true,
  },
  // otherwise of a rune that is there and of another node: "Not derived from master"
  {
    codes: [1501],
    code: 'unauthenticated',
    message: 'Core Lightning does not accept the rune',
    hint: `Give a rune of this very node. ${MAKE_RUNE}`,
    refusesUnrecorded: true,
  },
  // https://github.com/rustyrussell/runes: what a `rate` or `per` says when it is used up
  {
    codes: [1502],
    text: /\brate\b|too (soon|frequent|often|many)|\b(per|ago|used)\b/i,
    code: 'rate_limited',
    message: 'the rune may not be used more often for now',
    hint: 'Wait, or make a rune with a higher rate.',
    refusesUnrecorded: true,
  },
  {
    codes: [1502],
    text: /\btime\b/i,
    code: 'unauthenticated',
    message: 'the time of the rune has run out',
    hint: `Make a fresh one. ${MAKE_RUNE}`,
    refusesUnrecorded: true,
  },
  {
    codes: [1502],
    code: 'permission_denied',
    message: 'the rune does not allow this',
    hint: MAKE_RUNE,
    refusesUnrecorded: true,
  },
  {
    codes: [1503],
    code: 'unauthenticated',
    message: 'the rune was blacklisted',
    hint: `Make a fresh one. ${MAKE_RUNE}`,
    refusesUnrecorded: true,
  },
  // rest-bad-rune: -32602 about the rune itself
  {
    statuses: [401],
    code: 'unauthenticated',
    message: 'Core Lightning does not accept the rune',
    hint: `Give a rune of this very node. ${MAKE_RUNE}`,
    refusesUnrecorded: true,
  },
  {
    statuses: [403],
    code: 'permission_denied',
    message: 'clnrest does not allow this',
    hint: MAKE_RUNE,
    refusesUnrecorded: true,
  },
  {
    codes: [-32601],
    code: 'unsupported',
    message: 'this Core Lightning does not know the call',
    hint: 'Upgrade it, or enable the plugin that brings the call.',
    refusesUnrecorded: true,
  },
  // a node that starts answers so to what needs its wallet or the chain: lightningd/jsonrpc.c
  {
    text: /still (starting|syncing|loading)|not (yet )?(ready|synced)|shutting down|still catching up|HSM.*(lock|encrypt)/i,
    code: 'not_ready',
    message: 'Core Lightning is starting, syncing or stopping',
    hint: 'Try again in a few seconds; lightning-cli getinfo shows warning_*_sync while it catches up.',
  },
  {
    codes: [-32602],
    text: /amount_msat (parameter )?required/i,
    code: 'amount_required',
    message: 'the amount is left to the payer, and none was given',
    hint: 'Give the amount.',
    refusesUnrecorded: true,
  },
  {
    codes: [-32602],
    text: /bolt1[12]|invoice|invstring|bech32/i,
    code: 'invalid_invoice',
    message: 'Core Lightning cannot pay this kind of invoice',
    hint: 'Ask the payee for an ordinary invoice.',
    refusesUnrecorded: true,
  },
  {
    codes: [-32602, -32600],
    code: 'invalid_request',
    message: 'Core Lightning refuses the terms of the call',
    hint: 'See the words of the node.',
    refusesUnrecorded: true,
  },
  // pay: 219 captured as xpay-again, 201 is what older calls say
  {
    codes: [219, 201],
    code: 'already_paid',
    message: 'Core Lightning has already paid this invoice',
    hint: 'Look the payment up by its hash.',
  },
  // captured as xpay-while-pending
  {
    codes: [200],
    code: 'in_progress',
    message: 'Core Lightning is already paying this invoice',
    hint: 'Look the payment up by its hash; do not pay again.',
  },
  {
    codes: [-3],
    text: /still in progress|error 200\b/i,
    code: 'in_progress',
    message: 'Core Lightning is already paying this invoice',
    hint: 'Look the payment up by its hash; do not pay again.',
  },
  // captured as xpay-fail-expired: said before any route is looked for
  {
    codes: [207],
    code: 'invoice_expired',
    message: 'Core Lightning says that the invoice has expired',
    hint: 'Ask for a fresh invoice; check the clocks of this machine and the node.',
    refusesUnrecorded: true,
  },
  {
    codes: [203],
    code: 'recipient_rejected',
    message: 'the payee refuses the payment',
    hint: 'Ask for a fresh invoice.',
  },
  {
    codes: [206],
    code: 'fee_limit_exceeded',
    message: 'every route costs more than the fee limit',
    hint: 'Allow a higher fee.',
  },
  {
    codes: [205],
    text: /source capacity/i,
    code: 'insufficient_balance',
    message: 'the channels of this node hold too little',
    hint: 'Receive some first, or pay a smaller amount.',
  },
  {
    codes: [204, 205, 209, 210, 216, 220],
    code: 'no_route',
    message: 'Core Lightning found no route to the destination',
    hint: 'Try a smaller amount, or open a channel towards it.',
  },
  {
    codes: [215, 301],
    code: 'insufficient_balance',
    message: 'the wallet of this node holds too little',
    hint: 'Receive some first, or use a smaller amount.',
  },
  // 4xx: connect; captured as connect-fail, connect-no-address
  {
    codes: [400, 401, 402],
    code: 'unavailable',
    message: 'the peer cannot be reached',
    hint: 'Give its address (host:port), and check that it is online.',
  },
  {
    codes: [900, 901],
    code: 'already_exists',
    message: 'Core Lightning already has an invoice with this preimage',
    hint: 'Look it up by its hash.',
  },
  // captured as delinvoice-wrong-status, delinvoice-unknown
  {
    codes: [906],
    text: /is paid/i,
    code: 'already_paid',
    message: 'the invoice is already settled',
    hint: 'It can no longer be canceled.',
  },
  {
    codes: [905, 906],
    code: 'not_found',
    message: 'Core Lightning has no such invoice that could be acted on',
    hint: 'Check the payment hash.',
  },
  {
    codes: [1000],
    text: /exists/i,
    code: 'already_exists',
    message: 'Core Lightning has had this very offer, and it was stopped',
    hint: 'Give another description.',
  },
  {
    codes: [1000, 1001],
    code: 'not_found',
    message: 'Core Lightning has no such offer that could be acted on',
    hint: 'Check the offer id.',
  },
  {
    codes: [1002],
    code: 'invoice_expired',
    message: 'the offer has expired',
    hint: 'Ask for a new offer.',
  },
  {
    codes: [1003],
    code: 'unavailable',
    message: 'no way leads to the owner of the offer',
    hint: 'Connect to more peers, or ask for a BOLT 11 invoice.',
  },
  // captured as fetchinvoice-disabled
  {
    codes: [1004],
    code: 'recipient_rejected',
    message: 'the owner of the offer refuses it',
    hint: 'Ask for a new offer.',
  },
  {
    codes: [1005],
    code: 'unavailable',
    message: 'the owner of the offer does not answer',
    hint: 'Try again later, or ask for a BOLT 11 invoice.',
  },
]

/** Why a payment failed, by the code of the error that ended it. */
export const FAILURES: readonly { codes: readonly number[]; text?: RegExp; reason: FailureReason }[] = [
  { codes: [203], reason: 'recipient_rejected' },
  { codes: [206], reason: 'fee_limit_exceeded' },
  { codes: [207], reason: 'invoice_expired' },
  { codes: [215], reason: 'insufficient_balance' },
  { codes: [205], text: /source capacity/i, reason: 'insufficient_balance' },
  { codes: [209, 210], text: /timed? ?out|ran out of time|deadline/i, reason: 'timeout' },
  { codes: [204, 205, 210, 216, 220], reason: 'no_route' },
  { codes: [209], text: /rout|path|capacity/i, reason: 'no_route' },
  { codes: [209, 217], reason: 'other' },
]
