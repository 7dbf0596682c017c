import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LightningError } from '@lightning-mcp/core'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createOwner,
  hasOwnerKey,
  openOwner,
  ownerIn,
  readOwner,
  restoreOwner,
} from '../../src/owner/owner-folder.ts'
import { generateOwnerKey, type OwnerKey } from '../../src/owner/owner-key.ts'
import { sealOwnerKey, unsealOwnerKey } from '../../src/owner/sealed-key.ts'
import { signDocument, verifyDocument } from '../../src/owner/signed-document.ts'
import { temporaryFolder } from '../support/world.ts'

const passphrase = 'correct horse battery stäple'
let key: OwnerKey
let sealed: string
beforeAll(async () => {
  key = generateOwnerKey()
  sealed = await sealOwnerKey(key, passphrase)
})

const errorOf = (work: Promise<unknown>): Promise<LightningError> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: LightningError) => error,
  )
const newFolder = (): string => join(temporaryFolder(), 'owner')

describe("the owner's key", () => {
  test('is opened by its passphrase, in whatever Unicode form', async () => {
    const opened = await unsealOwnerKey(sealed, passphrase.normalize('NFD'))
    expect(opened.publicKey).toBe(key.publicKey)
    const signature = signDocument('policy', { version: 1 }, opened)
    expect(verifyDocument('policy', { version: 1 }, signature, key.publicKey)).toBe(true)
  })

  test('says so when the passphrase is wrong', async () => {
    const error = await errorOf(unsealOwnerKey(sealed, `${passphrase} `))
    expect(error).toMatchObject({ code: 'unauthenticated' })
    expect(error.message).toMatch(/passphrase does not open/)
    expect(JSON.stringify([error.message, error.hint, error.stack])).not.toContain('stäple')
  })

  test('needs a passphrase that is worth one', async () => {
    for (const short of ['', 'ninechars', 'ä'.normalize('NFD').repeat(9)])
      expect(await errorOf(sealOwnerKey(key, short))).toMatchObject({ code: 'invalid_request' })
  })

  test('leaves nothing secret readable', () => {
    const { d } = key.privateKey.export({ format: 'jwk' })
    expect(sealed).not.toContain(d)
    expect(sealed).not.toContain(Buffer.from(d as string, 'base64url').toString('hex'))
    expect(JSON.stringify(key)).not.toContain(d)
    const { kdf } = JSON.parse(sealed) as { kdf: { N: number; r: number } }
    expect(kdf.N * kdf.r * 128).toBeGreaterThanOrEqual(128 * 1024 * 1024)
  })

  test.each<[string, (text: string) => string, RegExp]>([
    ['is empty', () => '', /damaged: it is no JSON/],
    ['is cut', (text) => text.slice(0, -40), /damaged: it is no JSON/],
    ['is null', () => 'null', /damaged: it is no key file/],
    ['is another file', () => '{"version":1}', /damaged: it is no key file/],
    ['has another letter in its data', (text) => flip(text, '"data": "'), /damaged: its checksum/],
    ['has another salt', (text) => flip(text, '"salt": "'), /damaged: its checksum/],
    ['has another public key', (text) => flip(text, '"publicKey": "'), /damaged: its checksum/],
    ['asks for less work', (text) => text.replace('131072', '2'), /damaged: its checksum/],
    ['holds a fraction', (text) => text.replace('131072', '1.5'), /damaged: it holds what/],
    ['is of a newer version', (text) => text.replace('"version": 1', '"version": 2'), /has version 2/],
  ])('is not opened from a file that %s', async (_, change, message) => {
    const error = await errorOf(unsealOwnerKey(change(sealed), passphrase))
    expect(error).toMatchObject({ code: 'not_ready' })
    expect(error.message).toMatch(message)
    expect(error.hint).toBeTruthy()
  })

  test.each<[string, object]>([
    ['all memory', { name: 'scrypt', N: 2 ** 30, r: 8, p: 1, salt: 'A'.repeat(43) }],
    ['all time', { name: 'scrypt', N: 2 ** 17, r: 8, p: 2 ** 20, salt: 'A'.repeat(43) }],
    ['another derivation', { name: 'md5', N: 2, r: 1, p: 1, salt: 'A'.repeat(43) }],
    ['no derivation', {}],
  ])('is not opened from a made-up file that asks for %s', async (_, kdf) => {
    const { checksumOf } = await import('../../src/owner/sealed-key.ts')
    const { checksum: __, ...whole } = JSON.parse(sealed) as Record<string, unknown>
    const body = { ...whole, kdf }
    const text = JSON.stringify({ ...body, checksum: checksumOf(body) })
    expect((await errorOf(unsealOwnerKey(text, passphrase))).message).toMatch(
      /a part is missing or malformed/,
    )
  })
})

const flip = (text: string, after: string): string => {
  const at = text.indexOf(after) + after.length
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
}

describe("the owner's folder", () => {
  test('is made with a private file and a public one', async () => {
    const folder = newFolder()
    expect(await readOwner(folder)).toBeUndefined()
    expect(await hasOwnerKey(folder)).toBe(false)
    const made = await createOwner({ folder, passphrase })
    expect(await readOwner(folder)).toEqual({ publicKey: made.publicKey })
    expect((await openOwner({ folder, passphrase })).publicKey).toBe(made.publicKey)
    expect(readdirSync(folder).sort()).toEqual(['owner-key.json', 'owner.json'])
    expect(statSync(join(folder, 'owner-key.json')).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'))).toEqual({
      version: 1,
      publicKey: made.publicKey,
    })
  })

  test('never loses a key to a second one', async () => {
    const folder = newFolder()
    const [first, second] = await Promise.allSettled([
      createOwner({ folder, passphrase }),
      createOwner({ folder, passphrase }),
    ])
    const [won, lost] = first?.status === 'fulfilled' ? [first, second] : [second, first]
    expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'already_exists' } })
    const { publicKey } = (won as PromiseFulfilledResult<OwnerKey>).value
    expect(await readOwner(folder)).toEqual({ publicKey })
    expect((await openOwner({ folder, passphrase })).publicKey).toBe(publicKey)
  })

  test('gets its public half back from the private one', async () => {
    const folder = newFolder()
    const { publicKey } = await createOwner({ folder, passphrase })
    expect(await restoreOwner(folder)).toBe(false)
    rmSync(join(folder, 'owner.json'))
    expect(await restoreOwner(folder)).toBe(true)
    expect(await readOwner(folder)).toEqual({ publicKey })
  })

  test('without a key says how to make one', async () => {
    const folder = newFolder()
    for (const work of [openOwner({ folder, passphrase }), restoreOwner(folder)]) {
      const error = await errorOf(work)
      expect(error).toMatchObject({ code: 'not_ready' })
      expect(error.hint).toMatch(/owner init/)
    }
  })

  test('with two halves that do not belong together opens nothing', async () => {
    const folder = newFolder()
    await createOwner({ folder, passphrase })
    writeFileSync(
      join(folder, 'owner.json'),
      JSON.stringify({ version: 1, publicKey: generateOwnerKey().publicKey }),
    )
    expect((await errorOf(openOwner({ folder, passphrase }))).message).toMatch(/another owner/)
  })

  test.each(['', 'null', '[]', '{"version":2}', '{"version":1,"publicKey":"x"}', '{"version":1}'])(
    'refuses a public half that reads %o',
    async (text) => {
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'owner.json'), text)
      expect(await errorOf(readOwner(folder))).toMatchObject({ code: 'not_ready' })
    },
  )

  test('is looked into until it names an owner', async () => {
    const folder = newFolder()
    const faults: string[] = []
    const owner = ownerIn(folder, ({ message }) => faults.push(message))
    expect(owner.publicKey).toBeUndefined()
    mkdirSync(folder)
    writeFileSync(join(folder, 'owner.json'), '{}')
    expect([owner.publicKey, owner.publicKey]).toEqual([undefined, undefined])
    expect(faults).toEqual([expect.stringMatching(/does not hold/)])
    rmSync(join(folder, 'owner.json'))
    const { publicKey } = await createOwner({ folder, passphrase })
    expect(owner.publicKey).toBe(publicKey)
    const other = { version: 1, publicKey: generateOwnerKey().publicKey }
    writeFileSync(join(folder, 'owner.json'), JSON.stringify(other))
    expect(owner.publicKey).toBe(publicKey)
  })

  test('that is a file is told as such', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect((await errorOf(createOwner({ folder: file, passphrase }))).message).toMatch(/cannot be used/)
    expect((await errorOf(readOwner(file))).message).toMatch(/cannot be used/)
  })
})
