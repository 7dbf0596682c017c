import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type BackendOption, LightningError, Secret } from '@lightning-mcp/core'

/** Where LND is and how to get in. Certificate and macaroon each in one form, or all of it as `connectUri`. */
export interface LndBackendOptions {
  /** `host:port` of gRPC. Default `localhost:10009`. */
  socket?: string
  /** Path of LND's tls.cert. Without any certificate the server's must be signed by a public authority. */
  certFile?: string
  /** The certificate itself: PEM, hex or base64. */
  cert?: string
  /** Path of a macaroon. */
  macaroonFile?: string
  /** The macaroon itself: hex, base64 or base64url. */
  macaroon?: string
  /** `lndconnect://host:port?cert=…&macaroon=…`, instead of all of the others. */
  connectUri?: string
}

export const lndOptions: Readonly<Record<keyof LndBackendOptions, BackendOption>> = {
  socket: {
    type: 'string',
    description: "host:port of LND's gRPC",
    environment: ['LND_SOCKET', 'LND_GRPC_HOST'],
    default: 'localhost:10009',
  },
  certFile: {
    type: 'string',
    description: "path of LND's tls.cert; none for a node with a public certificate",
    environment: ['LND_CERT_FILE', 'LND_TLS_CERT_PATH', 'LND_CERT_PATH'],
    path: true,
    excludes: ['cert', 'connectUri'],
  },
  cert: {
    type: 'string',
    description: "LND's certificate itself, as PEM, hex or base64",
    environment: ['LND_CERT', 'LND_TLS_CERT'],
    excludes: ['connectUri'],
  },
  macaroonFile: {
    type: 'string',
    description: 'path of a macaroon',
    environment: ['LND_MACAROON_FILE', 'LND_MACAROON_PATH'],
    path: true,
    excludes: ['macaroon', 'connectUri'],
  },
  macaroon: {
    type: 'string',
    description: 'the macaroon itself, as hex, base64 or base64url',
    secret: true,
    environment: ['LND_MACAROON', 'LND_MACAROON_HEX', 'LND_MACAROON_BASE64'],
    excludes: ['connectUri'],
  },
  connectUri: {
    type: 'string',
    description: 'lndconnect://host:port?cert=…&macaroon=…, instead of the other options',
    secret: true,
    environment: ['LND_CONNECT_URI', 'LNDCONNECT'],
  },
}

/** What a connection is made from. */
export interface LndConnection {
  host: string
  port: number
  /** PEM; absent: public authorities. */
  certificate?: Buffer
  macaroon: Secret<Buffer>
}

type Source<T> = { value: T } | { file: string } | undefined

/** Options that fit together; files are read later. */
export interface CheckedOptions {
  host: string
  port: number
  cert: Source<Buffer>
  macaroon: Exclude<Source<Secret<Buffer>>, undefined>
}

const refuse = (message: string, hint: string, cause?: unknown): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint, ...(cause === undefined ? {} : { cause }) })

const HOW_TO_GIVE_MACAROON =
  'Give LND_MACAROON_FILE (a path), LND_MACAROON (hex or base64) or LND_CONNECT_URI (lndconnect://…).'

/** Checks the options without I/O. Throws `invalid_request`; no message repeats a credential. */
export function checkOptions(options: LndBackendOptions): CheckedOptions {
  if (options.connectUri !== undefined) return checkConnectUri(options)
  if (options.cert !== undefined && options.certFile !== undefined)
    throw refuse('the LND certificate is given twice', 'Give either cert or certFile.')
  if (options.macaroon !== undefined && options.macaroonFile !== undefined)
    throw refuse('the macaroon is given twice', 'Give either macaroon or macaroonFile.')
  const macaroon =
    options.macaroon !== undefined
      ? { value: new Secret(decodeMacaroonText(options.macaroon)) }
      : options.macaroonFile !== undefined
        ? { file: options.macaroonFile }
        : undefined
  if (macaroon === undefined) throw refuse('no macaroon was given for LND', HOW_TO_GIVE_MACAROON)
  return {
    ...parseSocket(options.socket ?? 'localhost:10009'),
    cert:
      options.cert !== undefined
        ? { value: toPem(decodeText(options.cert, 'certificate')) }
        : options.certFile !== undefined
          ? { file: options.certFile }
          : undefined,
    macaroon,
  }
}

// https://github.com/LN-Zap/lndconnect/blob/master/lnd_connect_uri.md
function checkConnectUri({ connectUri, ...others }: LndBackendOptions): CheckedOptions {
  const given = Object.entries(others).filter(([, value]) => value !== undefined)
  if (given.length > 0)
    throw refuse(
      `connectUri and ${given.map(([name]) => name).join(', ')} are both given`,
      'An lndconnect URI holds everything: leave the others out.',
    )
  const hint =
    'It looks like lndconnect://host:10009?cert=…&macaroon=… ; lncli or the dashboard of the node makes one.'
  let uri: URL
  try {
    uri = new URL((connectUri ?? '').trim())
  } catch {
    // without the cause: its text repeats the URI
    throw refuse('the lndconnect URI cannot be read', hint)
  }
  const macaroon = uri.searchParams.get('macaroon')
  if (uri.protocol !== 'lndconnect:' || uri.host === '') throw refuse('this is no lndconnect URI', hint)
  if (macaroon === null || macaroon === '') throw refuse('the lndconnect URI holds no macaroon', hint)
  const cert = uri.searchParams.get('cert')
  return {
    ...parseSocket(uri.host),
    cert: cert === null || cert === '' ? undefined : { value: toPem(decodeText(cert, 'certificate')) },
    macaroon: { value: new Secret(decodeMacaroonText(macaroon)) },
  }
}

function parseSocket(text: string): { host: string; port: number } {
  const match = /^(?:https?:\/\/|grpcs?:\/\/)?(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?\/?$/i.exec(
    text.trim(),
  )
  const port = Number(match?.[2] ?? 10009)
  if (match?.[1] === undefined || port < 1 || port > 65_535)
    throw refuse('the LND socket is not host:port', 'Example: localhost:10009 or node.example.com:10009.')
  return { host: match[1].replace(/^\[|\]$/g, ''), port }
}

const HEX = /^(?:[0-9a-f]{2})+$/i
const BASE64 = /^[0-9a-z+/_-]+={0,2}$/i

function decodeText(text: string, what: string): Buffer {
  // a PEM in an environment variable often has its line ends written out
  const trimmed = text.trim().replaceAll('\\n', '\n')
  if (trimmed.startsWith('-----BEGIN')) return Buffer.from(trimmed)
  // spaces: what form decoding makes of a plus sign
  const compact = trimmed.replaceAll(' ', '+').replaceAll(/\s/g, '')
  if (HEX.test(compact)) return Buffer.from(compact, 'hex')
  if (BASE64.test(compact)) return Buffer.from(compact, 'base64')
  throw refuse(`the ${what} is neither hex nor base64`, `Give the ${what} as hex, base64 or a file.`)
}

function decodeMacaroonText(text: string): Buffer {
  if (/[\\/~]|\.macaroon$/.test(text) && text.endsWith('.macaroon'))
    throw refuse('the macaroon looks like a path', 'Give a path as macaroonFile (LND_MACAROON_FILE).')
  return decodeText(text, 'macaroon')
}

/** Certificates travel as PEM or as bare DER (in lndconnect). */
function toPem(bytes: Buffer): Buffer {
  if (bytes.subarray(0, 10).toString('latin1') === '-----BEGIN') return bytes
  if (bytes[0] !== 0x30)
    throw refuse('the LND certificate is neither PEM nor DER', "Give LND's tls.cert, whole.")
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return Buffer.from(`-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`)
}

async function read(path: string, what: string, hint: string): Promise<Buffer> {
  const full = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
  try {
    const bytes = await readFile(full)
    if (bytes.length > 0) return bytes
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    throw refuse(
      `the ${what} cannot be read at ${full}: ${reason === 'ENOENT' ? 'there is no such file' : (reason ?? 'unreadable')}`,
      reason === 'EACCES' ? 'Let the user that runs this server read it.' : hint,
    )
  }
  throw refuse(`the ${what} at ${full} is empty`, hint)
}

/** Reads what is in files. Each call reads anew, so that a renewed certificate or macaroon is taken up. */
export async function loadConnection({ host, port, cert, macaroon }: CheckedOptions): Promise<LndConnection> {
  const certificate =
    cert === undefined
      ? undefined
      : 'value' in cert
        ? cert.value
        : toPem(await read(cert.file, 'LND certificate', 'Usually it is ~/.lnd/tls.cert.'))
  return {
    host,
    port,
    ...(certificate === undefined ? {} : { certificate }),
    macaroon:
      'value' in macaroon
        ? macaroon.value
        : new Secret(
            await read(
              macaroon.file,
              'macaroon',
              'Usually it lies in ~/.lnd/data/chain/bitcoin/mainnet/; bake a limited one with lncli bakemacaroon.',
            ),
          ),
  }
}
