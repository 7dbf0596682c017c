import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type BackendOption, LightningError, Secret } from '@lightning-mcp/core'

/** Where Core Lightning is and how to get in: its unix socket, or clnrest with a rune. */
export interface ClnBackendOptions {
  /** Path of the unix socket `lightning-rpc`. Whoever may open it may do everything. */
  socket?: string
  /** `https://host:3010` of clnrest; `http://` to this machine only. */
  url?: string
  /** The rune that clnrest wants. */
  rune?: string
  /** Path of a file that holds the rune. */
  runeFile?: string
  /** Path of the certificate of the authority that signed clnrest's own (`ca.pem`). None: public authorities. */
  caFile?: string
  /** That certificate itself, as PEM. */
  ca?: string
}

export const clnOptions: Readonly<Record<keyof ClnBackendOptions, BackendOption>> = {
  socket: {
    type: 'string',
    description: "path of Core Lightning's unix socket lightning-rpc",
    environment: ['CLN_SOCKET'],
    path: true,
    excludes: ['url', 'rune', 'runeFile', 'caFile', 'ca'],
  },
  url: {
    type: 'string',
    description: 'https://host:3010 of clnrest, instead of the socket',
    environment: ['CLN_REST_URL'],
    excludes: ['socket'],
  },
  runeFile: {
    type: 'string',
    description: 'path of a file that holds the rune for clnrest',
    environment: ['CLN_RUNE_FILE'],
    path: true,
    excludes: ['rune'],
  },
  rune: {
    type: 'string',
    description: 'the rune for clnrest itself',
    secret: true,
    environment: ['CLN_RUNE'],
  },
  caFile: {
    type: 'string',
    description: "path of clnrest's ca.pem; none for a public certificate",
    environment: ['CLN_CA_FILE'],
    path: true,
    excludes: ['ca'],
  },
  ca: {
    type: 'string',
    description: "clnrest's ca.pem itself",
    environment: ['CLN_CA'],
  },
}

/** Options that fit together; files are read later. */
export type CheckedOptions =
  | { socket: string }
  | {
      url: URL
      rune: { value: Secret } | { file: string }
      ca: { value: string } | { file: string } | undefined
    }

/** What a connection to clnrest is made from. */
export interface RestConnection {
  url: URL
  rune: Secret
  /** PEM; absent: public authorities. */
  ca?: string
}

const refuse = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

const BOTH_WAYS =
  'Give CLN_SOCKET (path of lightning-rpc), or CLN_REST_URL (https://host:3010) with CLN_RUNE or CLN_RUNE_FILE.'

/** Checks the options without I/O. Throws `invalid_request`; no message repeats a credential. */
export function checkOptions(options: ClnBackendOptions): CheckedOptions {
  const { socket, url, rune, runeFile, ca, caFile } = options
  if (socket !== undefined) {
    const others = Object.entries(options).filter(([name, value]) => name !== 'socket' && value !== undefined)
    if (others.length > 0)
      throw refuse(
        `socket and ${others.map(([name]) => name).join(', ')} are both given`,
        'The unix socket needs nothing else: leave the others out.',
      )
    if (socket.trim() === '') throw refuse('the path of the socket is empty', BOTH_WAYS)
    return { socket: expandHome(socket.trim()) }
  }
  if (url === undefined) throw refuse('neither socket nor url of Core Lightning is given', BOTH_WAYS)
  if (rune !== undefined && runeFile !== undefined)
    throw refuse('the rune is given twice', 'Give either rune or runeFile.')
  if (ca !== undefined && caFile !== undefined)
    throw refuse('the certificate of the authority is given twice', 'Give either ca or caFile.')
  const credential =
    rune !== undefined
      ? { value: new Secret(checkRune(rune)) }
      : runeFile !== undefined
        ? { file: expandHome(runeFile) }
        : undefined
  if (credential === undefined)
    throw refuse(
      'clnrest needs a rune, and none was given',
      `Make one: lightning-cli createrune. ${BOTH_WAYS}`,
    )
  return {
    url: parseUrl(url),
    rune: credential,
    ca:
      ca !== undefined
        ? { value: checkPem(ca) }
        : caFile !== undefined
          ? { file: expandHome(caFile) }
          : undefined,
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i

function parseUrl(text: string): URL {
  const hint = 'It looks like https://localhost:3010 (clnrest-host and clnrest-port of the node).'
  let url: URL
  try {
    url = new URL(text.trim())
  } catch {
    // without the cause: its text repeats what was given
    throw refuse('the URL of clnrest cannot be read', hint)
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw refuse('the URL of clnrest holds more than a host and a port', hint)
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    throw refuse(
      'a rune would travel in the clear over http://',
      'Use https://, or http:// to localhost alone.',
    )
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('the URL of clnrest is neither https:// nor http://', hint)
  return url
}

/** base64url, sometimes without its padding. */
function checkRune(text: string): string {
  const rune = text.trim()
  if (/^[A-Za-z0-9+/_-]{43,}={0,2}$/.test(rune)) return rune
  throw refuse(
    'the rune is not one',
    'A rune is one line of base64: the value of "rune" that lightning-cli createrune answers. A path is given as runeFile (CLN_RUNE_FILE).',
  )
}

function checkPem(text: string): string {
  // a PEM in an environment variable often has its line ends written out
  const pem = text.trim().replaceAll('\\n', '\n')
  if (pem.startsWith('-----BEGIN CERTIFICATE-----')) return `${pem}\n`
  throw refuse('the certificate of the authority is no PEM', "Give clnrest's ca.pem, whole.")
}

const expandHome = (path: string): string => (path.startsWith('~/') ? join(homedir(), path.slice(2)) : path)

async function read(path: string, what: string, hint: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8')
    if (text.trim() !== '') return text
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    throw refuse(
      `the ${what} cannot be read at ${path}: ${reason === 'ENOENT' ? 'there is no such file' : (reason ?? 'unreadable')}`,
      reason === 'EACCES' ? 'Let the user that runs this server read it.' : hint,
    )
  }
  throw refuse(`the ${what} at ${path} is empty`, hint)
}

/** Reads what is in files. Each call reads anew, so that a renewed certificate or rune is taken up. */
export async function loadRestConnection({
  url,
  rune,
  ca,
}: Exclude<CheckedOptions, { socket: string }>): Promise<RestConnection> {
  const authority =
    ca === undefined
      ? undefined
      : 'value' in ca
        ? ca.value
        : checkPem(
            await read(ca.file, 'certificate of the authority', 'Usually it is ~/.lightning/bitcoin/ca.pem.'),
          )
  return {
    url,
    rune:
      'value' in rune
        ? rune.value
        : new Secret(
            checkRune(
              await read(rune.file, 'rune', 'Write into it what lightning-cli createrune answers as "rune".'),
            ),
          ),
    ...(authority === undefined ? {} : { ca: authority }),
  }
}
