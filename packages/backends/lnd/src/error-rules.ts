import type { ErrorCode } from '@lightning-mcp/core'

/** gRPC status numbers that are told apart. https://grpc.io/docs/guides/status-codes/ */
export const STATUS = {
  CANCELLED: 1,
  UNKNOWN: 2,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const

export interface ErrorRule {
  status?: number
  text?: RegExp
  code: ErrorCode
  message: string
  hint: string
  /** True where this answer is given before a payment is recorded: it proves by itself that nothing was sent. */
  refusesUnrecorded?: true
}

const LOCAL_CERT = 'Give the tls.cert of this node (LND_CERT_FILE; usually ~/.lnd/tls.cert).'
const UNREACHABLE =
  'Check that LND runs and that LND_SOCKET is its gRPC address (port 10009 by default, not the REST port 8080).'
const OWN_MACAROON =
  'Give a macaroon of this very node (LND_MACAROON_FILE), or bake one with: lncli bakemacaroon.'

/**
 * LND's answers, most specific first. LND gives most errors as status UNKNOWN with a text, so texts
 * have to be matched; each is followed by where LND writes it.
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  // Node's TLS codes and texts: https://nodejs.org/api/tls.html#x509-certificate-error-codes
  {
    status: STATUS.UNAVAILABLE,
    text: /self.signed|unable to (get|verify)|certificate|altnames|CERT_|wrong version number|EPROTO/i,
    code: 'unauthenticated',
    message: "LND's TLS certificate is not the expected one",
    hint: `${LOCAL_CERT} After LND renewed its certificate, take the new file. Leave it out only for a node with a public certificate (Voltage).`,
  },
  {
    status: STATUS.UNAVAILABLE,
    text: /ENOTFOUND|EAI_AGAIN|name resolution/i,
    code: 'unavailable',
    message: 'the host name of LND cannot be resolved',
    hint: 'Check LND_SOCKET (host:port of gRPC).',
    refusesUnrecorded: true,
  },
  {
    status: STATUS.UNAVAILABLE,
    text: /protocol error/i,
    code: 'unavailable',
    message: 'something other than gRPC answers at this port',
    hint: 'LND_SOCKET must be the gRPC port (10009 by default), not the REST port (8080).',
  },
  // a channel without a connection fails a call so, before anything of it is written:
  // https://github.com/grpc/grpc-node/blob/%40grpc/grpc-js%401.14.x/packages/grpc-js/src/picker.ts
  {
    status: STATUS.UNAVAILABLE,
    text: /^No connection established/,
    code: 'unavailable',
    message: 'LND cannot be reached',
    hint: UNREACHABLE,
    refusesUnrecorded: true,
  },
  {
    status: STATUS.UNAVAILABLE,
    code: 'unavailable',
    message: 'LND cannot be reached',
    hint: UNREACHABLE,
  },
  {
    status: STATUS.DEADLINE_EXCEEDED,
    code: 'unavailable',
    message: 'LND did not answer in time',
    hint: 'Try again; if it persists, look at the load of the node.',
  },
  {
    status: STATUS.RESOURCE_EXHAUSTED,
    code: 'rate_limited',
    message: 'LND or a proxy before it refuses more requests for now',
    hint: 'Try again after a few seconds.',
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/rpcperms/interceptor.go#L54-L76
  {
    text: /wallet locked/i,
    code: 'not_ready',
    message: "LND's wallet is locked",
    hint: 'Unlock it: lncli unlock.',
    refusesUnrecorded: true,
  },
  {
    text: /wallet not created/i,
    code: 'not_ready',
    message: 'LND has no wallet yet',
    hint: 'Create one: lncli create.',
    refusesUnrecorded: true,
  },
  {
    text: /waiting to start|in the process of starting up|not yet ready to accept calls/i,
    code: 'not_ready',
    message: 'LND is still starting',
    hint: 'Try again in a few seconds.',
    refusesUnrecorded: true,
  },
  // ErrServerNotActive: https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/server.go
  {
    text: /still syncing|server not active|server is still in the process of starting/i,
    code: 'not_ready',
    message: 'LND is not synced to the chain yet',
    hint: 'Wait until lncli getinfo shows synced_to_chain: true.',
    refusesUnrecorded: true,
  },
  // the bakery that LND uses: https://github.com/go-macaroon-bakery/macaroon-bakery/blob/v2.0.1/bakery/error.go
  {
    text: /permission denied/i,
    code: 'permission_denied',
    message: 'the macaroon does not allow this',
    hint: 'Use a macaroon with the needed permissions; docs/backends/lnd.md lists them.',
    refusesUnrecorded: true,
  },
  // time-before, ipaddr: https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/macaroons/constraints.go
  {
    text: /caveat .*not satisfied|macaroon has expired|macaroon locked to different IP/i,
    code: 'unauthenticated',
    message: "a condition of the macaroon (its time or its address) isn't met",
    hint: 'Bake a fresh macaroon.',
    refusesUnrecorded: true,
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/macaroons/service.go#L300-L365
  {
    text: /verification failed|cannot (get|decode|unmarshal) macaroon|expected 1 macaroon|cannot determine data format|unknown macaroon|root key/i,
    code: 'unauthenticated',
    message: 'LND does not accept the macaroon',
    hint: OWN_MACAROON,
    refusesUnrecorded: true,
  },
  {
    status: STATUS.UNAUTHENTICATED,
    code: 'unauthenticated',
    message: 'LND does not accept the macaroon',
    hint: OWN_MACAROON,
  },
  {
    status: STATUS.PERMISSION_DENIED,
    code: 'permission_denied',
    message: 'LND does not allow this',
    hint: 'Use a macaroon with the needed permissions; docs/backends/lnd.md lists them.',
  },
  // the guard: https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/payments/db/errors.go
  {
    text: /invoice is already paid/i,
    code: 'already_paid',
    message: 'LND has already paid this invoice',
    hint: 'Look the payment up by its hash.',
  },
  {
    text: /payment is in transition|payment already exists/i,
    code: 'in_progress',
    message: 'LND is already paying this invoice',
    hint: 'Look the payment up by its hash; do not pay again.',
  },
  // refused while the request is read, before the payment is recorded:
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/lnrpc/routerrpc/router_backend.go (extractIntentFromSendRequest)
  {
    text: /self-payments not allowed/i,
    code: 'self_payment',
    message: 'the invoice is one of this node itself',
    hint: 'Give the invoice to somebody else to pay.',
    refusesUnrecorded: true,
  },
  {
    text: /invoice expired/i,
    code: 'invoice_expired',
    message: 'LND says that the invoice has expired',
    hint: 'Ask for a fresh invoice; check the clocks of this machine and the node.',
    refusesUnrecorded: true,
  },
  {
    text: /AMP flag|must contain either a payment address|failed to decode|checksum failed|invoice not for current active network/i,
    code: 'invalid_invoice',
    message: 'LND cannot pay this kind of invoice',
    hint: 'Ask the payee for an ordinary BOLT 11 invoice.',
    refusesUnrecorded: true,
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/invoices/errors.go
  {
    text: /invoice with payment hash already exists|payment_addr already exists/i,
    code: 'already_exists',
    message: 'LND already has an invoice with this payment hash',
    hint: 'Look it up by its hash.',
  },
  {
    text: /invoice already settled/i,
    code: 'already_paid',
    message: 'the invoice is already settled',
    hint: 'It can no longer be canceled.',
  },
  {
    text: /unable to locate invoice|no existing invoices|invoice still open/i,
    code: 'not_found',
    message: 'LND has no such invoice that could be acted on',
    hint: 'Check the payment hash.',
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/lnrpc/invoicesrpc/addinvoice.go
  {
    text: /memo too large|greater than max expiry|exceeds? (the )?max|payments of negative value|description hash is/i,
    code: 'invalid_request',
    message: 'LND refuses the terms of the invoice',
    hint: 'Use a shorter description (639 bytes at most) and an expiry of at most a year.',
  },
  // https://github.com/lightningnetwork/lnd/blob/v0.20.1-beta/routing/payment_session.go#L80-L95
  {
    text: /unable to find a path|no route/i,
    code: 'no_route',
    message: 'LND knows no route to the destination',
    hint: 'Try a smaller amount, or open a channel towards it.',
  },
  {
    text: /insufficient local balance/i,
    code: 'insufficient_balance',
    message: 'the channels of this node hold too little',
    hint: 'Receive some first, or pay a smaller amount.',
  },
  {
    status: STATUS.UNIMPLEMENTED,
    code: 'unsupported',
    message: 'this LND does not know the call',
    hint: 'Use LND 0.18 or later, with the sub-servers of the release builds.',
  },
  // grpc-js: https://github.com/grpc/grpc-node/blob/%40grpc/grpc-js%401.14.x/packages/grpc-js/src/client-interceptors.ts
  {
    status: STATUS.INTERNAL,
    text: /parsing error|deserialize/i,
    code: 'protocol_error',
    message: "LND's answer could not be read",
    hint: 'Check that nothing but LND answers at LND_SOCKET.',
  },
]
