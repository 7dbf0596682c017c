import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, type DocumentValue } from '../../src/owner/canonical-json.ts'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { type DocumentKind, signDocument, verifyDocument } from '../../src/owner/signed-document.ts'

const KINDS: readonly DocumentKind[] = ['policy', 'approval-decision', 'resume', 'ledger', 'account-transfer']
const key = generateOwnerKey()

const name = fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => text.isWellFormed())
const leaf = fc.oneof(name, fc.maxSafeInteger(), fc.boolean())
const { value } = fc.letrec<{ value: DocumentValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}))
const document = fc.dictionary(name, value, { minKeys: 1, maxKeys: 5 })

/** The same with the members of every object in the opposite order. */
function reversed(given: DocumentValue): DocumentValue {
  if (typeof given !== 'object') return given
  if (Array.isArray(given)) return given.map(reversed)
  return Object.fromEntries(
    Object.entries(given)
      .reverse()
      .map(([member, inner]) => [member, reversed(inner)]),
  )
}

/** Every document that differs from the given one in one place. */
function* changes(given: DocumentValue): Generator<DocumentValue> {
  if (typeof given === 'string') yield* [`${given} `, Number(given.length), [given]]
  else if (typeof given === 'number') yield* [given === 0 ? 1 : -given, String(given)]
  else if (typeof given === 'boolean') yield* [!given, String(given), Number(given)]
  else if (Array.isArray(given)) {
    yield [...given, 0]
    yield { ...given }
    for (const [index, item] of given.entries()) {
      yield given.toSpliced(index, 1)
      for (const other of changes(item)) yield given.with(index, other)
    }
  } else {
    const members = Object.entries(given)
    yield Object.fromEntries([...members, [`${members.map(([member]) => member).join('')}x`, 0]])
    for (const [index, [member, item]] of members.entries()) {
      yield Object.fromEntries(members.toSpliced(index, 1))
      yield Object.fromEntries(members.with(index, [`${member}\u{1f511}`, item]))
      for (const other of changes(item)) yield Object.fromEntries(members.with(index, [member, other]))
    }
  }
}

describe('a signed document', () => {
  test('verifies in whatever order its members stand', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(...KINDS), (given, kind) => {
        const signature = signDocument(kind, given, key)
        expect(verifyDocument(kind, given, signature, key.publicKey)).toBe(true)
        expect(verifyDocument(kind, reversed(given), signature, key.publicKey)).toBe(true)
        expect(verifyDocument(kind, JSON.parse(JSON.stringify(given)), signature, key.publicKey)).toBe(true)
      }),
    )
  })

  test('is broken by any change of any part', () => {
    fc.assert(
      fc.property(document, (given) => {
        const signature = signDocument('policy', given, key)
        const text = canonicalJson(given)
        for (const other of changes(given)) {
          if (canonicalJson(other) === text) throw new Error(`no change: ${text}`)
          expect(verifyDocument('policy', other, signature, key.publicKey)).toBe(false)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('is of one kind and no other', () => {
    for (const kind of KINDS) {
      const signature = signDocument(kind, { version: 1 }, key)
      for (const other of KINDS)
        expect(verifyDocument(other, { version: 1 }, signature, key.publicKey)).toBe(other === kind)
    }
  })

  test('is of one key and no other', () => {
    const signature = signDocument('resume', { atMs: 1 }, key)
    expect(verifyDocument('resume', { atMs: 1 }, signature, generateOwnerKey().publicKey)).toBe(false)
  })

  test('is broken by any change of the signature', () => {
    const signature = signDocument('policy', { version: 1 }, key)
    const bytes = Buffer.from(signature, 'base64url')
    for (const index of bytes.keys()) {
      const other = Buffer.from(bytes)
      other[index] = (other[index] ?? 0) ^ 1
      expect(verifyDocument('policy', { version: 1 }, other.toString('base64url'), key.publicKey)).toBe(false)
    }
  })

  test('has one way to write its signature', () => {
    const signature = signDocument('policy', { version: 1 }, key)
    const last = Buffer.from(signature, 'base64url').toString('base64url').at(-1) as string
    // two letters decode to the same last bits
    const twin = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_').find(
      (letter) =>
        letter !== last &&
        Buffer.from(signature.slice(0, -1) + letter, 'base64url').equals(Buffer.from(signature, 'base64url')),
    )
    const spellings = [signature.slice(0, -1) + twin, `${signature}==`, ` ${signature}`, `${signature}\n`]
    for (const spelling of spellings)
      expect(verifyDocument('policy', { version: 1 }, spelling, key.publicKey)).toBe(false)
  })

  test.each([
    ['no signature', undefined, key.publicKey],
    ['an empty signature', '', key.publicKey],
    ['a signature that is no text', 5, key.publicKey],
    ['an empty key', signDocument('policy', {}, key), ''],
    ['a key of another length', signDocument('policy', {}, key), key.publicKey.slice(2)],
    [
      'a key in hex',
      signDocument('policy', {}, key),
      Buffer.from(key.publicKey, 'base64url').toString('hex'),
    ],
  ])('does not verify with %s', (_, signature, publicKey) => {
    expect(verifyDocument('policy', {}, signature, publicKey)).toBe(false)
  })

  test.each([[undefined], [null], ['{}'], [3], [{ a: null }], [{ a: 1.5 }]])(
    'is never %o, and no error either',
    (given) => {
      expect(verifyDocument('policy', given, signDocument('policy', {}, key), key.publicKey)).toBe(false)
    },
  )
})

describe('the canonical text', () => {
  test.each<[string, unknown, string]>([
    ['sorts members at every level', { b: { d: 1, c: 2 }, a: [] }, '{"a":[],"b":{"c":2,"d":1}}'],
    ['keeps the order of a list', [2, 1, 'x', true], '[2,1,"x",true]'],
    ['escapes as JSON does', { 'a"': '\n\u2028é' }, '{"a\\"":"\\n\u2028é"}'],
    ['sorts numbers as text', { 10: 1, 9: 2 }, '{"10":1,"9":2}'],
    ['writes minus zero as zero', [-0], '[0]'],
    ['keeps a member named __proto__', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
  ])('%s', (_, given, expected) => {
    expect(canonicalJson(given)).toBe(expected)
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  test.each<[string, unknown]>([
    ['null', { a: null }],
    ['undefined', { a: undefined }],
    ['a fraction', { a: 0.1 }],
    ['an unsafe integer', { a: 2 ** 53 }],
    ['no number', { a: Number.NaN }],
    ['infinity', { a: Number.POSITIVE_INFINITY }],
    ['a bigint', { a: 1n }],
    ['a date', { a: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    ['a function', { a: () => 1 }],
    ['a symbol as name', { [Symbol('a')]: 1 }],
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    ['a hole in a list', [1, , 2]],
    ['half a character', { a: '\ud83d' }],
    ['half a character as name', { '\udd11': 1 }],
    ['a cycle', cycle],
  ])('refuses %s', (_, given) => {
    expect(() => canonicalJson(given)).toThrow(/cannot be signed/)
  })
})
