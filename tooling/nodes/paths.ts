import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** What LND is built with. `lowscrypt` weakens wallet encryption, which makes a test node start in a second instead of eight. */
export const BUILD_TAGS =
  'lowscrypt autopilotrpc chainrpc invoicesrpc neutrinorpc peersrpc routerrpc signrpc walletrpc watchtowerrpc wtclientrpc'

/** The Go module that pins LND and btcd. */
export const goModuleFolder = join(import.meta.dirname, 'go')

/** Where built nodes and the records of running ones are kept. */
export const cacheFolder = (): string =>
  process.env['LIGHTNING_MCP_NODES_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lightning-mcp', 'nodes')

/** Changes with everything that changes the binaries, so that another version is another folder. */
export const buildKey = (): string =>
  createHash('sha256')
    .update(readFileSync(join(goModuleFolder, 'go.mod')))
    .update(`${BUILD_TAGS} ${process.platform} ${process.arch}`)
    .digest('hex')
    .slice(0, 16)

export interface Binaries {
  lnd: string
  btcd: string
}

const suffix = process.platform === 'win32' ? '.exe' : ''

export const binariesIn = (folder: string): Binaries => ({
  lnd: join(folder, `lnd${suffix}`),
  btcd: join(folder, `btcd${suffix}`),
})

export const buildFolder = (): string => join(cacheFolder(), 'bin', buildKey())

/** Records of running networks, one file each. */
export const runsFolder = (): string => join(cacheFolder(), 'runs')

/** Memory where there is some (node databases sync often), else the temporary folder. */
export const workFolder = (): string => {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}
