import { spawnSync } from 'node:child_process'
import { sayOnStderr } from './build.ts'
import { findPostgres, POSTGRES_MISSING } from './postgres.ts'

/** Installs PostgreSQL from the system's packages, as root or by sudo. Does nothing where it is installed. */
export function installPostgres(): string {
  const found = findPostgres()
  if (found !== undefined) return found
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'postgresql-15']]) {
    const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
    const [command = '', ...rest] = [...asRoot, 'apt-get', '-q', ...args]
    sayOnStderr([command, ...rest].join(' '))
    const { status } = spawnSync(command, rest, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (status !== 0) throw new Error(POSTGRES_MISSING)
  }
  const installed = findPostgres()
  if (installed === undefined) throw new Error(POSTGRES_MISSING)
  return installed
}
