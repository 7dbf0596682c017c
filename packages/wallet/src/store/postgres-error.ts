import { LightningError } from '@lightning-mcp/core'

type Words = readonly [why: string, hint: string]

const CHECK_DATABASE = 'Check that the database server runs and can be reached from here.'
const CHECK_SETTING = 'The owner should check the connection string (LIGHTNING_MCP_DATABASE).'
const ASK_ADMINISTRATOR = 'Whoever looks after the database server should check it.'

const LOST: Words = ['the connection to its server was lost', CHECK_DATABASE]
const UNREACHABLE: Words = ['its server cannot be reached', CHECK_DATABASE]
const TLS: Words = [
  'the certificate of its server is not trusted',
  'Give the right host name, and sslrootcert=FILE in the connection string where an own authority signed it.',
]

const CERTIFICATE_FILE: Words = [
  'a certificate or key file named in its connection string cannot be read',
  CHECK_SETTING,
]

/** https://www.postgresql.org/docs/15/errcodes-appendix.html, and codes of Node's sockets and TLS. */
const WORDS: Readonly<Record<string, Words>> = {
  '25006': [
    'it is read-only, perhaps a standby',
    'Connect the primary server (target_session_attrs is not read here).',
  ],
  '28000': ['its server lets this user not in', CHECK_SETTING],
  '28P01': ['its server refused the user name or password', CHECK_SETTING],
  '3D000': ['there is no database of that name', `${CHECK_SETTING} A new one is made with createdb.`],
  '3F000': ['its schema does not exist', CHECK_SETTING],
  '42501': [
    'the user may not read, write or make its tables',
    'The owner of the database should grant that user all rights on the schema.',
  ],
  '42P01': [
    'its tables are gone',
    'Stop, and restore the database from a backup; do not start with an empty one.',
  ],
  '0A000': ['another version of this program has changed its tables', 'Update and restart this one.'],
  '53100': ['the disk of its server is full', 'Free some space on the disk of the database server.'],
  '53200': ['its server is out of memory', ASK_ADMINISTRATOR],
  '53300': ['its server takes no more connections', ASK_ADMINISTRATOR],
  '55P03': [
    'another process keeps it locked',
    'Find what holds it (a hung program, an open session), then try again.',
  ],
  '57014': ['its server broke the question off', ASK_ADMINISTRATOR],
  '57P01': ['its server is shutting down', CHECK_DATABASE],
  '57P02': ['its server has crashed', ASK_ADMINISTRATOR],
  '57P03': ['its server is starting up or shutting down', 'Try again in a moment.'],
  '57P05': LOST,
  '58030': ['the disk of its server answered with an error', ASK_ADMINISTRATOR],
  XX001: ['it is damaged', 'Stop, and restore the database from a backup; do not start with an empty one.'],
  XX002: ['it is damaged', 'Stop, and restore the database from a backup; do not start with an empty one.'],
  ECONNREFUSED: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENOENT: UNREACHABLE,
  ENOTFOUND: ['the host name of its server is not known', CHECK_SETTING],
  EAI_AGAIN: ['the host name of its server cannot be looked up', CHECK_DATABASE],
  ETIMEDOUT: UNREACHABLE,
  ECONNRESET: LOST,
  EPIPE: LOST,
  DEPTH_ZERO_SELF_SIGNED_CERT: TLS,
  SELF_SIGNED_CERT_IN_CHAIN: TLS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TLS,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TLS,
  CERT_HAS_EXPIRED: TLS,
  ERR_TLS_CERT_ALTNAME_INVALID: TLS,
}

/** Faults that `pg` tells by their text alone (pg 8, lib/client.js, lib/connection.js, pg-pool). */
const TEXTS: readonly (readonly [RegExp, Words])[] = [
  [/terminated due to connection timeout|timeout expired|timeout exceeded/i, UNREACHABLE],
  [/Connection terminated|Query read timeout|not queryable|connection error/i, LOST],
  [
    /does not support SSL/i,
    ['its server does not speak TLS', `${CHECK_SETTING} sslmode=disable is for one’s own machine only.`],
  ],
  [/SASL|SCRAM|client password must be a string/i, ['its server refused the password', CHECK_SETTING]],
]

/** SQLSTATEs with which a server ends the session; of its other answers the connection survives. */
const ENDS_SESSION = /^(08|57P|25P03|XX)/

/** Whether the server itself said so and the connection is still good. */
export function isAnswer(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !ENDS_SESSION.test(code)
}

/** The answer to a COMMIT never came. */
export const lostWhileSaving = (cause: unknown): LightningError =>
  new LightningError({
    code: 'unavailable',
    message:
      "the connection to the wallet's database was lost while it saved, so nobody can say yet whether it did",
    hint: 'Repeat the same call once the database is back: what was saved is found again.',
    cause,
  })

/** What went wrong with PostgreSQL, in words; never the connection string or a part of it. */
export function postgresError(cause: unknown): LightningError {
  if (LightningError.is(cause)) return cause
  const { code, message = '', syscall } = innermost(cause)
  const words =
    syscall === 'open'
      ? CERTIFICATE_FILE
      : (WORDS[code ?? ''] ?? TEXTS.find(([pattern]) => pattern.test(message))?.[1])
  const [why, hint] = words ?? [message === '' ? 'an unknown fault' : message, ASK_ADMINISTRATOR]
  return new LightningError({
    code: 'unavailable',
    message: `the wallet's database cannot be used: ${why}`,
    hint,
    cause,
  })
}

interface Fault {
  code?: string
  message?: string
  syscall?: string
}

/** A host with several addresses fails with one error for each. */
function innermost(cause: unknown): Fault {
  if (cause instanceof AggregateError && cause.errors.length > 0) return innermost(cause.errors[0])
  return (cause ?? {}) as Fault
}
