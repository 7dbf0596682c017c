import type { ErrorCode } from '@lightning-mcp/core'
import type { WireReason } from './transport.ts'

/** What a user is told of an error. */
export interface Told {
  code: ErrorCode
  message: string
  hint: string
}

const RUNNING = 'Check that lightningd runs, and that CLN_SOCKET or CLN_REST_URL leads to it.'
const ONLY_CLN = 'Check that CLN_SOCKET is lightning-rpc, or CLN_REST_URL is clnrest, of Core Lightning.'

/** Where no answer came, or none that can be read. */
export const WIRE_RULES: Readonly<Record<WireReason, Told>> = {
  'no-socket': {
    code: 'unavailable',
    message: 'there is no socket at the path of CLN_SOCKET',
    hint: 'Give the path of lightning-rpc, usually ~/.lightning/bitcoin/lightning-rpc (other networks: ~/.lightning/<network>/lightning-rpc), and check that lightningd runs.',
  },
  'socket-denied': {
    code: 'permission_denied',
    message: 'this user may not open the socket of CLN_SOCKET',
    hint: 'Run this server in the group that owns lightning-rpc (rpc-file-mode=0660), or use clnrest with a rune.',
  },
  'socket-refused': {
    code: 'unavailable',
    message: 'nobody listens at the socket of CLN_SOCKET',
    hint: 'Check that lightningd runs and that CLN_SOCKET is its lightning-rpc.',
  },
  unresolved: {
    code: 'unavailable',
    message: 'the host name of clnrest cannot be resolved',
    hint: 'Check CLN_REST_URL (https://host:3010).',
  },
  refused: {
    code: 'unavailable',
    message: 'nobody listens at the host and port of clnrest',
    hint: 'Check CLN_REST_URL, that lightningd runs, and that it is started with clnrest-port=3010 (and clnrest-host, if it is another machine).',
  },
  unreachable: {
    code: 'unavailable',
    message: 'Core Lightning cannot be reached',
    hint: RUNNING,
  },
  certificate: {
    code: 'unauthenticated',
    message: "clnrest's TLS certificate is not the expected one",
    hint: 'Give the ca.pem of this node (CLN_CA_FILE; usually ~/.lightning/bitcoin/ca.pem). The host in CLN_REST_URL must be one that the certificate names.',
  },
  'not-tls': {
    code: 'unavailable',
    message: 'no TLS is spoken at this port',
    hint: 'CLN_REST_URL must be the port of clnrest (clnrest-port), not of grpc or of the Lightning network. With clnrest-protocol=http it is http://localhost:3010.',
  },
  lost: {
    code: 'unavailable',
    message: 'the connection to Core Lightning broke before it answered',
    hint: 'Try again; if it persists, look at the log of the node.',
  },
  timeout: {
    code: 'unavailable',
    message: 'Core Lightning did not answer in time',
    hint: 'Try again; if it persists, look at the load of the node.',
  },
  cut: {
    code: 'unavailable',
    message: 'the connection to Core Lightning broke in the middle of its answer',
    hint: 'Try again; if it persists, look for a proxy between, and at the log of the node.',
  },
  'not-json': {
    code: 'protocol_error',
    message: "Core Lightning's answer could not be read",
    hint: ONLY_CLN,
  },
  'not-cln': {
    code: 'protocol_error',
    message: 'something other than Core Lightning answers',
    hint: ONLY_CLN,
  },
  'too-large': {
    code: 'protocol_error',
    message: 'the answer is larger than 8 MiB',
    hint: `${ONLY_CLN} If it is, clean up its history (autoclean).`,
  },
  'rate-limited': {
    code: 'rate_limited',
    message: 'a proxy before clnrest refuses more requests for now',
    hint: 'Try again after a few seconds.',
  },
  gateway: {
    code: 'unavailable',
    message: 'a proxy before clnrest could not reach it',
    hint: RUNNING,
  },
  closed: {
    code: 'unavailable',
    message: 'this connection to Core Lightning was closed',
    hint: 'Make a new backend.',
  },
}
