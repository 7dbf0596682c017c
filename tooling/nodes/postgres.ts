import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type Daemon, startDaemon } from './daemon.ts'
import { freePorts } from './ports.ts'
import { sweepLeftovers } from './processes.ts'
import { openRunBook, type RunBook } from './run-book.ts'
import { waitUntil } from './wait-until.ts'

/** Debian and Ubuntu keep the server's programs out of PATH, one folder for each version. */
const DEBIAN = '/usr/lib/postgresql'
const OLDEST = 15

export const POSTGRES_MISSING =
  'PostgreSQL 15 or later is missing. To install it: npm run nodes -- postgres (apt-get update && apt-get install -y postgresql-15)'

/**
 * The folder with `initdb` and `postgres`, newest version first; nothing where there is none.
 * `LIGHTNING_MCP_POSTGRES` names another folder, and then no other is taken.
 */
export function findPostgres(): string | undefined {
  const named = process.env['LIGHTNING_MCP_POSTGRES']
  const hasServer = (folder: string): boolean =>
    existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))
  if (named !== undefined) return hasServer(named) ? named : undefined
  const debian = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .filter((version) => Number(version) >= OLDEST)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN, version, 'bin'))
    : []
  return [...debian, ...(process.env['PATH'] ?? '').split(delimiter)].find(hasServer)
}

export interface PostgresOptions {
  /** Commits reach the disk. Without it the server is quick and a power cut would cost it everything. */
  durable?: boolean
  /** Further settings of the server. */
  settings?: Readonly<Record<string, string>>
}

/** A PostgreSQL server of one test run, on loopback. */
export interface Postgres {
  readonly port: number
  readonly password: string
  /** Connection string of one of its databases, as its superuser. */
  url(database?: string): string
  /** Ends it and keeps its files. `at-once`: as a crash would. */
  stop(how?: 'at-once'): Promise<void>
  /** Starts it again after `stop`, with the same port and files. */
  start(): Promise<void>
  /** Ends it and removes its files. */
  remove(): Promise<void>
}

/** Makes and starts a server of its own. Nothing that is installed or running already is touched. */
export async function startPostgres({
  durable = false,
  settings = {},
}: PostgresOptions = {}): Promise<Postgres> {
  const programs = findPostgres()
  if (programs === undefined) throw new Error(POSTGRES_MISSING)
  sweepLeftovers()
  const book = openRunBook(tmpdir())
  try {
    return await startIn(book, programs, {
      fsync: durable ? 'on' : 'off',
      full_page_writes: durable ? 'on' : 'off',
      max_connections: '200',
      // a server that lives for one run has nothing to clean up
      ...(durable ? {} : { autovacuum: 'off', shared_buffers: '32MB' }),
      ...settings,
    })
  } catch (error) {
    book.close()
    throw error
  }
}

async function startIn(
  book: RunBook,
  programs: string,
  settings: Readonly<Record<string, string>>,
): Promise<Postgres> {
  const user = otherThanRoot()
  const password = randomBytes(12).toString('hex')
  const data = join(book.folder, 'data')
  mkdirSync(data)
  const passwordFile = join(book.folder, 'password')
  writeFileSync(passwordFile, password)
  // the folder is root's own otherwise, and closed
  chmodSync(book.folder, 0o711)
  if (user.uid !== undefined && user.gid !== undefined)
    for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid)
  const made = spawnSync(
    join(programs, 'initdb'),
    [
      `--pgdata=${data}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ],
    { encoding: 'utf8', cwd: data, ...user },
  )
  rmSync(passwordFile)
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`)

  const [port = 0] = await freePorts(1)
  let daemon: Daemon | undefined
  const start = async (): Promise<void> => {
    const log = join(book.folder, 'postgres.log')
    const given = { ...settings, port: `${port}`, listen_addresses: '127.0.0.1', unix_socket_directories: '' }
    const started = startDaemon(
      join(programs, 'postgres'),
      ['-D', data, ...Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      log,
      book,
      user,
    )
    daemon = started
    await waitUntil('PostgreSQL to answer', async () => {
      if (!started.running) throw new Error(`PostgreSQL ended: ${started.logTail()}`)
      const asked = spawnSync(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', `${port}`])
      return asked.status === 0
    })
  }
  const stop = async (how?: 'at-once'): Promise<void> => {
    if (how === 'at-once') await daemon?.end('SIGQUIT')
    else await daemon?.end('SIGINT')
  }
  try {
    await start()
  } catch (error) {
    await daemon?.kill()
    throw error
  }
  return {
    port,
    password,
    url: (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    start,
    stop,
    async remove() {
      await stop('at-once')
      book.close()
    },
  }
}

/** PostgreSQL refuses to run as root: then the user its package made, or nobody. */
function otherThanRoot(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody to run it as')
}
