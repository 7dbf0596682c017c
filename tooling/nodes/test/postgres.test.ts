import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findPostgres, requirePostgres, startPostgres } from '../index.ts'

const empty = mkdtempSync(join(tmpdir(), 'no-postgres-'))
afterAll(() => rmSync(empty, { recursive: true, force: true }))

/** What a shell on a machine without PostgreSQL would see. */
const ask = (env: Record<string, string>) =>
  spawnSync(
    process.execPath,
    [
      '--conditions=development',
      '--input-type=module',
      '-e',
      `const { requirePostgres } = await import(${JSON.stringify(join(import.meta.dirname, '..', 'index.ts'))})
       console.log(requirePostgres('a test'))`,
    ],
    { encoding: 'utf8', env: { PATH: empty, LIGHTNING_MCP_POSTGRES: empty, ...env } },
  )

test('without PostgreSQL a skip is loud', () => {
  const { stdout, stderr, status } = ask({})
  expect(status).toBe(0)
  expect(stdout).toBe('false\n')
  expect(stderr).toContain('SKIPPED: a test')
  expect(stderr).toContain('apt-get install -y postgresql-15')
})

test('where PostgreSQL is required a skip is a failure', () => {
  const { stderr, status } = ask({ LIGHTNING_MCP_REQUIRE: 'all' })
  expect(status).not.toBe(0)
  expect(stderr).toContain('PostgreSQL 15 or later is missing')
})

const reachable = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

describe.skipIf(!requirePostgres('a PostgreSQL of a test’s own'))('a server of one’s own', () => {
  test('stops, starts again with its files, and is gone afterwards', async () => {
    const server = await startPostgres()
    expect(findPostgres()).toBeDefined()
    expect(await reachable(server.port)).toBe(true)
    await server.stop()
    expect(await reachable(server.port)).toBe(false)
    await server.start()
    expect(await reachable(server.port)).toBe(true)
    await server.remove()
    expect(await reachable(server.port)).toBe(false)
  })
})
