import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type BackendOption, LightningError, Secret } from '@lightning-mcp/core'

/** Where Eclair's HTTP API is and how to get in. The password in one form. */
export interface EclairBackendOptions {
  /** Of the API. Default `http://127.0.0.1:8080`. */
  url?: string
  /** `eclair.api.password` of eclair.conf. */
  password?: string
  /** Path of a file that holds the password and nothing else. */
  passwordFile?: string
  /** Authority that signed the certificate of the proxy before Eclair: PEM. Absent: public authorities. */
  ca?: string
  /** Path of that certificate. */
  caFile?: string
  /** Sends the password unencrypted to another machine. */
  allowPlainHttp?: boolean
}

const DEFAULT_URL = 'http://127.0.0.1:8080'

export const eclairOptions: Readonly<Record<keyof EclairBackendOptions, BackendOption>> = {
  url: {
    type: 'string',
    description: "address of Eclair's HTTP API",
    environment: ['ECLAIR_URL'],
    default: DEFAULT_URL,
  },
  passwordFile: {
    type: 'string',
    description: 'path of a file that holds eclair.api.password of eclair.conf',
    environment: ['ECLAIR_PASSWORD_FILE'],
    path: true,
    excludes: ['password'],
  },
  password: {
    type: 'string',
    description: 'the password itself',
    secret: true,
    environment: ['ECLAIR_PASSWORD', 'ECLAIR_API_PASSWORD'],
  },
  caFile: {
    type: 'string',
    description: 'certificate of the authority of the https proxy before Eclair; none for a public one',
    environment: ['ECLAIR_CA_FILE'],
    path: true,
    excludes: ['ca'],
  },
  ca: {
    type: 'string',
    description: 'that certificate itself, as PEM',
    environment: ['ECLAIR_CA'],
  },
  allowPlainHttp: {
    type: 'boolean',
    description: 'allow http:// to another machine, which lets everybody on the way read the password',
    environment: ['ECLAIR_ALLOW_PLAIN_HTTP'],
  },
}

/** What connections are made from. */
export interface EclairConnection {
  /** Without a slash at its end. */
  url: URL
  password: Secret
  /** PEM. */
  certificate?: string
}

type Source<T> = { value: T } | { file: string }

/** Options that fit together; files are read later. */
export interface CheckedOptions {
  url: URL
  password: Source<Secret>
  certificate: Source<string> | undefined
}

const refuse = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** Checks the options without I/O. Throws `invalid_request`; no message repeats a credential. */
export function checkOptions(options: EclairBackendOptions): CheckedOptions {
  const url = checkUrl(options.url ?? DEFAULT_URL, options.allowPlainHttp === true)
  return {
    url,
    password: checkPassword(options),
    certificate: checkCertificate(options, url),
  }
}

const HOW_TO_GIVE_URL = 'Example: http://127.0.0.1:8080, or https://… of the proxy before Eclair.'

function checkUrl(text: string, allowPlainHttp: boolean): URL {
  let url: URL
  try {
    url = new URL(text.trim())
  } catch {
    // without the cause: its text repeats what was given
    throw refuse('the address of Eclair is not a URL', HOW_TO_GIVE_URL)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('the address of Eclair is neither http nor https', HOW_TO_GIVE_URL)
  if (url.username !== '' || url.password !== '')
    throw refuse(
      'the address of Eclair holds a credential',
      'Give the password apart: ECLAIR_PASSWORD or ECLAIR_PASSWORD_FILE.',
    )
  if (url.search !== '' || url.hash !== '')
    throw refuse('the address of Eclair has a query or a fragment', HOW_TO_GIVE_URL)
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowPlainHttp)
    throw refuse(
      'Eclair would be reached over plain http on another machine, where everybody on the way can read its password',
      'Use https through a reverse proxy, an SSH tunnel to 127.0.0.1, or set ECLAIR_ALLOW_PLAIN_HTTP=true for a network that you trust wholly.',
    )
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)

const HOW_TO_GIVE_PASSWORD = 'Give ECLAIR_PASSWORD_FILE (a path) or ECLAIR_PASSWORD.'

function checkPassword({ password, passwordFile }: EclairBackendOptions): Source<Secret> {
  if (password !== undefined && passwordFile !== undefined)
    throw refuse("Eclair's password is given twice", 'Give either password or passwordFile.')
  if (password !== undefined) {
    if (password === '') throw refuse("Eclair's password is empty", HOW_TO_GIVE_PASSWORD)
    return { value: new Secret(password) }
  }
  if (passwordFile !== undefined) return { file: passwordFile }
  throw refuse('no password was given for Eclair', HOW_TO_GIVE_PASSWORD)
}

function checkCertificate({ ca, caFile }: EclairBackendOptions, url: URL): Source<string> | undefined {
  if (ca === undefined && caFile === undefined) return undefined
  if (ca !== undefined && caFile !== undefined)
    throw refuse('the certificate is given twice', 'Give either ca or caFile.')
  if (url.protocol === 'http:')
    throw refuse(
      'a certificate is given for an address without TLS',
      'Use https://…, or leave the certificate out.',
    )
  return ca !== undefined ? { value: toPem(ca) } : { file: caFile! }
}

function toPem(text: string): string {
  // a PEM in an environment variable often has its line ends written out
  const pem = text.trim().replaceAll('\\n', '\n')
  if (pem.startsWith('-----BEGIN CERTIFICATE')) return pem
  throw refuse('the certificate is not PEM', 'It begins with -----BEGIN CERTIFICATE-----.')
}

async function read(path: string, what: string, hint: string): Promise<string> {
  const full = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
  let text: string
  try {
    text = await readFile(full, 'utf8')
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    throw refuse(
      `${what} cannot be read at ${full}: ${reason === 'ENOENT' ? 'there is no such file' : reason}`,
      reason === 'EACCES' ? 'Let the user that runs this server read it.' : hint,
    )
  }
  // editors end a file with a line end, which is none of the password's
  const tidy = text.replace(/\r?\n$/, '')
  if (tidy === '') throw refuse(`${what} at ${full} is empty`, hint)
  return tidy
}

/** Reads what is in files. Each call reads anew, so that a changed password is taken up. */
export async function loadConnection({
  url,
  password,
  certificate,
}: CheckedOptions): Promise<EclairConnection> {
  return {
    url,
    password:
      'value' in password
        ? password.value
        : new Secret(
            await read(
              password.file,
              "Eclair's password",
              'Write eclair.api.password of eclair.conf into it, alone on one line.',
            ),
          ),
    ...(certificate === undefined
      ? {}
      : {
          certificate:
            'value' in certificate
              ? certificate.value
              : toPem(await read(certificate.file, 'the certificate', "Give the proxy's authority, as PEM.")),
        }),
  }
}
