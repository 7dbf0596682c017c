import { join } from 'node:path'
import { type Lab, LND_CERTIFICATE } from './lab.ts'

type Environment = Readonly<Record<string, string>>

export interface WrongSettings {
  name: string
  backend: 'cln' | 'eclair' | 'lnd'
  env: (lab: Lab) => Environment | Promise<Environment>
  /** The stable code that every tool answers. */
  code: string
  /** What its hint names: the setting, or what else to do. */
  fix: RegExp
}

/** Nobody listens there. */
const DEAD = '127.0.0.1:9'

const rest = (lab: Lab, change: Environment = {}): Environment => ({
  CLN_REST_URL: lab.cln.rest.url,
  CLN_RUNE: lab.cln.rest.rune,
  CLN_CA: lab.cln.rest.ca,
  ...change,
})

const eclair = (lab: Lab, change: Environment = {}): Environment => ({
  ECLAIR_URL: lab.eclair.url,
  ECLAIR_PASSWORD: lab.eclair.password,
  ...change,
})

const overTheSocket: readonly Omit<WrongSettings, 'backend'>[] = [
  {
    name: 'neither a socket nor a URL',
    env: () => ({}),
    code: 'not_ready',
    fix: /CLN_SOCKET.*CLN_REST_URL/,
  },
  {
    name: 'a socket and a URL',
    env: (lab) => rest(lab, { CLN_SOCKET: lab.cln.socketPath }),
    code: 'not_ready',
    fix: /leave the others out/,
  },
  {
    name: 'a path without a socket',
    env: ({ folder }) => ({ CLN_SOCKET: join(folder, 'none') }),
    code: 'unavailable',
    fix: /path of lightning-rpc/,
  },
  {
    name: 'a file that is no socket',
    env: async (lab) => ({ CLN_SOCKET: await lab.file('file', 'no socket') }),
    code: 'unavailable',
    fix: /CLN_SOCKET/,
  },
  {
    name: 'a version that is too old',
    env: ({ oldCln }) => ({ CLN_SOCKET: oldCln.socketPath }),
    code: 'unsupported',
    fix: /Upgrade/,
  },
]

const overClnrest: readonly Omit<WrongSettings, 'backend'>[] = [
  {
    name: 'a port where nobody listens',
    env: (lab) => rest(lab, { CLN_REST_URL: `https://${DEAD}` }),
    code: 'unavailable',
    fix: /CLN_REST_URL/,
  },
  {
    name: 'a host that does not exist',
    env: (lab) => rest(lab, { CLN_REST_URL: 'https://no-such-host.invalid:3010' }),
    code: 'unavailable',
    fix: /CLN_REST_URL/,
  },
  {
    name: 'no URL',
    env: (lab) => rest(lab, { CLN_REST_URL: 'node.example.com' }),
    code: 'not_ready',
    fix: /https:\/\//,
  },
  {
    name: 'plain http to another machine',
    env: (lab) => rest(lab, { CLN_REST_URL: 'http://node.example.com:3010' }),
    code: 'not_ready',
    fix: /https:\/\//,
  },
  {
    name: 'a port without TLS',
    env: (lab) => rest(lab, { CLN_REST_URL: `https://${lab.website}` }),
    code: 'unavailable',
    fix: /CLN_REST_URL/,
  },
  {
    name: 'a web server in its place',
    env: (lab) => ({ CLN_REST_URL: `http://${lab.website}`, CLN_RUNE: lab.cln.rest.rune }),
    code: 'protocol_error',
    fix: /CLN_REST_URL/,
  },
  {
    name: 'no certificate of its authority',
    env: ({ cln }) => ({ CLN_REST_URL: cln.rest.url, CLN_RUNE: cln.rest.rune }),
    code: 'unauthenticated',
    fix: /CLN_CA_FILE/,
  },
  {
    name: 'a certificate that is not there',
    env: ({ cln, folder }) => ({
      CLN_REST_URL: cln.rest.url,
      CLN_RUNE: cln.rest.rune,
      CLN_CA_FILE: join(folder, 'none.pem'),
    }),
    code: 'not_ready',
    fix: /ca\.pem/,
  },
  {
    name: 'no rune',
    env: ({ cln }) => ({ CLN_REST_URL: cln.rest.url, CLN_CA: cln.rest.ca }),
    code: 'not_ready',
    fix: /CLN_RUNE/,
  },
  {
    name: 'a rune that is none',
    env: (lab) => rest(lab, { CLN_RUNE: `${lab.cln.rest.rune.slice(0, 12)}!` }),
    code: 'not_ready',
    fix: /createrune/,
  },
  {
    name: 'a file of the rune that is not there',
    env: ({ cln, folder }) => ({
      CLN_REST_URL: cln.rest.url,
      CLN_CA: cln.rest.ca,
      CLN_RUNE_FILE: join(folder, 'none.rune'),
    }),
    code: 'not_ready',
    fix: /createrune/,
  },
  {
    name: 'the rune of another node',
    env: (lab) => rest(lab, { CLN_RUNE: lab.otherCln.rest.rune }),
    code: 'unauthenticated',
    fix: /rune of this very node/,
  },
  {
    name: 'a rune that ran out',
    env: (lab) => rest(lab, { CLN_RUNE: lab.cln.createRune([['time<1000']]) }),
    code: 'unauthenticated',
    fix: /createrune/,
  },
  {
    name: 'a rune that may not ask who the node is',
    env: (lab) => rest(lab, { CLN_RUNE: lab.cln.createRune([['method=invoice']]) }),
    code: 'permission_denied',
    fix: /createrune/,
  },
  {
    name: 'a rune for another peer',
    env: (lab) => rest(lab, { CLN_RUNE: lab.cln.createRune([[`id=${'02'.repeat(33)}`]]) }),
    code: 'permission_denied',
    fix: /createrune/,
  },
]

const overHttp: readonly Omit<WrongSettings, 'backend'>[] = [
  {
    name: 'a port where nobody listens',
    env: (lab) => eclair(lab, { ECLAIR_URL: `http://${DEAD}` }),
    code: 'unavailable',
    fix: /ECLAIR_URL/,
  },
  {
    name: 'a host that does not exist',
    env: (lab) => eclair(lab, { ECLAIR_URL: 'https://no-such-host.invalid' }),
    code: 'unavailable',
    fix: /ECLAIR_URL/,
  },
  {
    name: 'no URL',
    env: (lab) => eclair(lab, { ECLAIR_URL: 'node.example.com' }),
    code: 'not_ready',
    fix: /http:\/\//,
  },
  {
    name: 'plain http to another machine',
    env: (lab) => eclair(lab, { ECLAIR_URL: 'http://node.example.com:8080' }),
    code: 'not_ready',
    fix: /ECLAIR_ALLOW_PLAIN_HTTP/,
  },
  {
    name: 'https where there is http',
    env: (lab) => eclair(lab, { ECLAIR_URL: lab.eclair.url.replace('http', 'https') }),
    code: 'unavailable',
    fix: /http:\/\//,
  },
  {
    name: 'a web server in its place',
    env: (lab) => eclair(lab, { ECLAIR_URL: `http://${lab.website}` }),
    code: 'protocol_error',
    fix: /ECLAIR_URL/,
  },
  {
    name: 'no password',
    env: ({ eclair: { url } }) => ({ ECLAIR_URL: url }),
    code: 'not_ready',
    fix: /ECLAIR_PASSWORD_FILE/,
  },
  {
    name: 'a wrong password',
    env: (lab) => eclair(lab, { ECLAIR_PASSWORD: lab.oldEclair.password }),
    code: 'unauthenticated',
    fix: /eclair\.api\.password/,
  },
  {
    name: 'a file of the password that is not there',
    env: ({ eclair: { url }, folder }) => ({
      ECLAIR_URL: url,
      ECLAIR_PASSWORD_FILE: join(folder, 'none.password'),
    }),
    code: 'not_ready',
    fix: /eclair\.api\.password/,
  },
  {
    name: 'a version that is too old',
    env: ({ oldEclair: { url, password } }) => ({ ECLAIR_URL: url, ECLAIR_PASSWORD: password }),
    code: 'unsupported',
    fix: /Upgrade/,
  },
]

const lnd = (lab: Lab, change: Environment = {}): Environment => ({
  LND_SOCKET: lab.lnd.good.socket,
  LND_CERT_FILE: LND_CERTIFICATE,
  LND_MACAROON: lab.macaroons['admin'] ?? '',
  ...change,
})

const overGrpc: readonly Omit<WrongSettings, 'backend'>[] = [
  {
    name: 'a port where nobody listens',
    env: (lab) => lnd(lab, { LND_SOCKET: DEAD }),
    code: 'unavailable',
    fix: /LND_SOCKET/,
  },
  {
    name: 'a web server in its place',
    env: (lab) => lnd(lab, { LND_SOCKET: lab.website }),
    code: 'unauthenticated',
    fix: /LND_CERT_FILE/,
  },
  {
    name: 'the certificate of another node',
    env: async (lab) => lnd(lab, { LND_CERT_FILE: await lab.file('other.pem', lab.cln.rest.ca) }),
    code: 'unauthenticated',
    fix: /LND_CERT_FILE/,
  },
  {
    name: 'a certificate that is not there',
    env: (lab) => lnd(lab, { LND_CERT_FILE: join(lab.folder, 'none.cert') }),
    code: 'not_ready',
    fix: /tls\.cert/,
  },
  {
    name: 'no macaroon',
    env: ({ lnd: { good } }) => ({ LND_SOCKET: good.socket, LND_CERT_FILE: LND_CERTIFICATE }),
    code: 'not_ready',
    fix: /LND_MACAROON_FILE/,
  },
  {
    name: 'a file of the macaroon that is not there',
    env: (lab) => ({
      LND_SOCKET: lab.lnd.good.socket,
      LND_CERT_FILE: LND_CERTIFICATE,
      LND_MACAROON_FILE: join(lab.folder, 'none.macaroon'),
    }),
    code: 'not_ready',
    fix: /bakemacaroon/,
  },
  {
    name: 'the macaroon of another node',
    env: (lab) => lnd(lab, { LND_SOCKET: lab.lnd.refusing.socket }),
    code: 'unauthenticated',
    fix: /LND_MACAROON_FILE/,
  },
  {
    name: 'a wallet that is locked',
    env: (lab) => lnd(lab, { LND_SOCKET: lab.lnd.locked.socket }),
    code: 'not_ready',
    fix: /lncli unlock/,
  },
  {
    name: 'a version that is too old',
    env: (lab) => lnd(lab, { LND_SOCKET: lab.lnd.old.socket }),
    code: 'unsupported',
    fix: /Upgrade/,
  },
]

/** Every wrong way to point a server at a node, and how it is answered. */
export const WRONG_SETTINGS: readonly WrongSettings[] = [
  ...overTheSocket.map((one) => ({ ...one, backend: 'cln' as const })),
  ...overClnrest.map((one) => ({ ...one, name: `clnrest, ${one.name}`, backend: 'cln' as const })),
  ...overHttp.map((one) => ({ ...one, backend: 'eclair' as const })),
  ...overGrpc.map((one) => ({ ...one, backend: 'lnd' as const })),
]
