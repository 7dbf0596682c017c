import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashToken, isToken } from '../src/bearer-token.ts'
import { StartError } from '../src/start-error.ts'
import { loadTokenFile } from '../src/token-file.ts'

describe('the token file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'http-token-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('the first start makes a token, tells it once and keeps its hash alone', async () => {
    const path = join(folder, 'not', 'there', 'http-token')
    const told: string[] = []
    const made = await loadTokenFile(path, (token) => told.push(token))
    expect(told).toHaveLength(1)
    const token = told[0] ?? ''
    expect(Buffer.from(token.slice('lmcp_'.length), 'base64url')).toHaveLength(32)
    expect(isToken(made, token)).toBe(true)
    const text = await readFile(path, 'utf8')
    expect(text).toBe(`sha256:${hashToken(token).sha256.toString('hex')}\n`)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'not', 'there'))).toEqual(['http-token'])

    const again = await loadTokenFile(path, (other) => told.push(other))
    expect(told).toHaveLength(1)
    expect(isToken(again, token)).toBe(true)
  })

  test('two first starts at once agree on one token', async () => {
    const path = join(folder, 'http-token')
    const told: string[] = []
    const loaded = await Promise.all(
      Array.from({ length: 8 }, () => loadTokenFile(path, (token) => told.push(token))),
    )
    expect(told).toHaveLength(1)
    expect(loaded.every((hash) => isToken(hash, told[0] ?? ''))).toBe(true)
  })

  test.each(['', 'secret-token', 'sha256:00', `sha256:${'A'.repeat(64)}`])(
    'a file with %j in it is refused, not replaced',
    async (text) => {
      const path = join(folder, 'http-token')
      await writeFile(path, text)
      await expect(loadTokenFile(path, () => {})).rejects.toThrow(StartError)
      expect(await readFile(path, 'utf8')).toBe(text)
    },
  )

  test('a place that cannot be written is told plainly', async () => {
    const blocker = join(folder, 'file')
    await writeFile(blocker, '')
    await expect(loadTokenFile(join(blocker, 'http-token'), () => {})).rejects.toThrow(
      /cannot be (read|written)/,
    )
  })
})
