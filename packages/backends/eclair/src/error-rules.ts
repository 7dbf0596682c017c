import type { ErrorCode } from '@lightning-mcp/core'
import type { FaultKind } from './errors.ts'

export interface ErrorRule {
  kind?: FaultKind
  status?: number
  /** Of Eclair's own words. */
  text?: RegExp
  /** Of the system error beneath: its code and text. */
  causeCode?: RegExp
  code: ErrorCode
  message: string
  hint: string
  /** True where Eclair gives this answer before it acts: nothing was recorded, nothing was sent. */
  refusesUnrecorded?: true
}

const CHECK_ADDRESS =
  'Check that Eclair runs with eclair.api.enabled = true and that ECLAIR_URL is its address (http://127.0.0.1:8080 by default).'

/**
 * Faults and refusals, most specific first. Eclair tells most refusals by text alone: each is followed by
 * the capture it stands in, or by where Eclair writes it. Texts decide the name of an error and, where
 * `refusesUnrecorded` says so, that a request was rejected while it was read; never what became of money.
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  // Node's TLS codes and texts: https://nodejs.org/api/tls.html#x509-certificate-error-codes
  {
    kind: 'unreachable',
    causeCode: /self.signed|unable to (get|verify)|certificate|altnames|CERT_/i,
    code: 'unauthenticated',
    message: 'the TLS certificate of the proxy before Eclair is not the expected one',
    hint: 'Give the authority that signed it (ECLAIR_CA_FILE), and use the host name that it was made for.',
  },
  {
    kind: 'unreachable',
    causeCode: /wrong version number|EPROTO|packet length too long/i,
    code: 'unavailable',
    message: 'what answers at this port speaks no TLS',
    hint: 'Eclair itself speaks plain http: use http:// on the same machine, https:// only through a reverse proxy.',
  },
  {
    kind: 'unreachable',
    causeCode: /ENOTFOUND|EAI_AGAIN/,
    code: 'unavailable',
    message: 'the host name of Eclair cannot be resolved',
    hint: 'Check ECLAIR_URL.',
  },
  { kind: 'unreachable', code: 'unavailable', message: 'Eclair cannot be reached', hint: CHECK_ADDRESS },
  {
    kind: 'lost',
    causeCode: /HPE_|Parse Error/,
    code: 'protocol_error',
    message: 'something other than HTTP answers at this port',
    hint: CHECK_ADDRESS,
  },
  {
    kind: 'lost',
    code: 'unavailable',
    message: 'the connection to Eclair was lost before it answered',
    hint: 'Try again; if it persists, look at the log of the node.',
  },
  {
    kind: 'timeout',
    code: 'unavailable',
    message: 'Eclair did not answer in time',
    hint: 'Try again; if it persists, look at the load of the node.',
  },
  {
    kind: 'aborted',
    code: 'unavailable',
    message: 'this connection to Eclair was closed',
    hint: 'Make a new backend.',
  },
  {
    kind: 'too-long',
    code: 'protocol_error',
    message: "Eclair's answer is longer than 10 MB",
    hint: 'Check that nothing but Eclair answers at ECLAIR_URL; ask for less at a time.',
  },
  {
    kind: 'unreadable',
    code: 'protocol_error',
    message: 'what answers at ECLAIR_URL does not speak as Eclair does',
    hint: CHECK_ADDRESS,
  },
  // captures auth-wrong, auth-missing
  {
    status: 401,
    code: 'unauthenticated',
    message: 'Eclair does not accept the password',
    hint: 'Give eclair.api.password of its eclair.conf (ECLAIR_PASSWORD_FILE or ECLAIR_PASSWORD).',
    refusesUnrecorded: true,
  },
  ...[301, 302, 307, 308].map(
    (status): ErrorRule => ({
      status,
      code: 'protocol_error',
      message: 'what answers at ECLAIR_URL sends elsewhere',
      hint: 'Give the address that it redirects to, usually the same with https.',
    }),
  ),
  {
    status: 403,
    code: 'permission_denied',
    message: 'a proxy before Eclair refuses this call',
    hint: 'Let the proxy pass what docs/backends/eclair.md lists.',
  },
  {
    status: 429,
    code: 'rate_limited',
    message: 'a proxy before Eclair refuses more requests for now',
    hint: 'Try again after a few seconds.',
  },
  // captures unknown-path, networkfees-gone
  {
    status: 404,
    text: /requested resource could not be found/i,
    code: 'unsupported',
    message: 'this Eclair does not know the call',
    hint: 'Use Eclair 0.14 or later; ECLAIR_URL must not end in a path that is not its own.',
    refusesUnrecorded: true,
  },
  // captures getinvoice-unknown, node-unknown, getreceivedinfo-unknown
  {
    status: 404,
    text: /^not found$/i,
    code: 'not_found',
    message: 'Eclair knows nothing under this name',
    hint: 'Check the hash or id.',
  },
  {
    status: 404,
    code: 'protocol_error',
    message: 'what answers at ECLAIR_URL is not Eclair',
    hint: CHECK_ADDRESS,
  },
  // capture payinvoice-expired; https://github.com/ACINQ/eclair/blob/master/eclair-core/src/main/scala/fr/acinq/eclair/Eclair.scala
  {
    status: 400,
    text: /^invoice has expired/i,
    code: 'invoice_expired',
    message: 'the invoice has expired',
    hint: 'Ask the payee for a fresh invoice.',
    refusesUnrecorded: true,
  },
  // captures payinvoice-bad, createinvoice-bad-amount, open-bad-channeltype, connect-bad; payinvoice-amountless-missing
  {
    status: 400,
    text: /^the form field '\w+' was malformed|^request is missing required form field/i,
    code: 'invalid_request',
    message: 'Eclair cannot read the request',
    hint: 'Check what was given; Eclair 0.14 is the version that this was made for.',
    refusesUnrecorded: true,
  },
  // capture sendonchain-bad
  {
    status: 400,
    text: /^invalid address/i,
    code: 'invalid_request',
    message: 'Eclair refuses the address',
    hint: "Check the address and that it is of the node's network.",
    refusesUnrecorded: true,
  },
  // capture deleteinvoice-paid
  {
    status: 400,
    text: /cannot remove a received incoming payment/i,
    code: 'already_paid',
    message: 'the invoice is already settled',
    hint: 'It can no longer be canceled.',
  },
  // capture channel-unknown
  {
    text: /^channel \w+ not found/i,
    code: 'not_found',
    message: 'Eclair has no such channel',
    hint: 'Look into the list of channels.',
  },
  // capture findroutetonode-none
  {
    text: /^(route not found|balance too low)/i,
    code: 'no_route',
    message: 'Eclair knows no route to the destination',
    hint: 'Try a smaller amount, or open a channel towards it.',
  },
  {
    text: /cannot route to self/i,
    code: 'self_payment',
    message: 'Eclair does not pay itself',
    hint: 'Give the invoice to somebody else to pay.',
  },
  // capture createinvoice-preimage-again: akka's words for an actor that did not answer
  {
    status: 500,
    text: /ask timed out/i,
    code: 'unavailable',
    message: 'Eclair did not finish the call within its own time',
    hint: 'Try again; if it persists, look at the log of the node.',
  },
  {
    status: 503,
    code: 'unavailable',
    message: 'Eclair, or a proxy before it, is not ready',
    hint: 'Try again after a few seconds.',
  },
  {
    status: 502,
    code: 'unavailable',
    message: 'the proxy before Eclair does not reach it',
    hint: 'Check that Eclair runs.',
  },
  {
    status: 504,
    code: 'unavailable',
    message: 'Eclair did not answer its proxy in time',
    hint: 'Try again; if it persists, look at the load of the node.',
  },
  {
    status: 408,
    code: 'unavailable',
    message: 'Eclair gave up the call',
    hint: 'Try again; if it persists, look at the load of the node.',
  },
]
