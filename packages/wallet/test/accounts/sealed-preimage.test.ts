import { readdir, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openPreimageSafe, preimageSafeInMemory } from '../../src/accounts/sealed-preimage.ts'
import { hashOf, randomPreimage } from '../support/invoices.ts'
import { temporaryFolder } from '../support/world.ts'

test('what was sealed is opened with the same file, by another process too', async () => {
  const folder = temporaryFolder()
  const secret = randomPreimage()
  const hash = hashOf(secret)
  const sealed = openPreimageSafe(`${folder}/key`).seal(secret, hash)
  const again = openPreimageSafe(`${folder}/key`)
  expect(again.unseal(sealed, hash)).toBe(secret)
})

test('several that begin at once agree on one key', async () => {
  const folder = temporaryFolder()
  const safes = Array.from({ length: 8 }, () => openPreimageSafe(`${folder}/key`))
  for (const safe of safes) safe.ready()
  const secret = randomPreimage()
  const hash = hashOf(secret)
  const sealed = safes[0]!.seal(secret, hash)
  for (const safe of safes) expect(safe.unseal(sealed, hash)).toBe(secret)
  expect(await readdir(folder)).toEqual(['key'])
})

test('opens nothing with another key, for another hash, or changed', async () => {
  const safe = preimageSafeInMemory()
  const secret = randomPreimage()
  const hash = hashOf(secret)
  const sealed = safe.seal(secret, hash)
  const other = preimageSafeInMemory()
  expect(other.unseal(sealed, hash)).toBeUndefined()
  expect(safe.unseal(sealed, hashOf(randomPreimage()))).toBeUndefined()
  expect(safe.unseal(undefined, hash)).toBeUndefined()
  const [version, name, body = ''] = sealed.split('.')
  for (let i = 0; i < body.length; i += 7) {
    const changed = `${body.slice(0, i)}${body[i] === 'A' ? 'B' : 'A'}${body.slice(i + 1)}`
    expect(safe.unseal([version, name, changed].join('.'), hash)).toBeUndefined()
  }
})

test('a file that holds no key is refused and not overwritten', async () => {
  const folder = temporaryFolder()
  await writeFile(`${folder}/key`, 'not a key')
  expect(() => openPreimageSafe(`${folder}/key`).ready()).toThrow(/holds no key/)
})
