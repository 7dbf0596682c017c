import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CAPABILITIES } from '@lightning-mcp/core'
import { MACAROON_PERMISSIONS } from '@lightning-mcp/nodes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lndCapabilities } from '../src/capabilities.ts'
import { readMacaroon } from '../src/macaroon.ts'
import { allowsCapability, describePermissions } from '../src/permissions.ts'
import { fixture } from './fixtures.ts'

const macaroons = fixture<Record<string, string>>('macaroons')
const read = (name: string) => readMacaroon(Buffer.from(macaroons[name]!, 'hex'))
const abilities = (name: string) =>
  CAPABILITIES.filter(
    (capability) => lndCapabilities[capability] !== 'none' && allowsCapability(read(name), capability),
  )

describe('macaroons of a real LND', () => {
  test('the permissions are read offline', () => {
    expect([...read('spend').permissions!].sort()).toEqual([
      'info:read',
      'invoices:read',
      'invoices:write',
      'offchain:read',
      'offchain:write',
    ])
    expect([...read('byUri').permissions!].sort()).toEqual([
      'uri:/lnrpc.Lightning/AddInvoice',
      'uri:/lnrpc.Lightning/GetInfo',
    ])
  })

  test('admin allows everything', () => {
    expect(abilities('admin')).toEqual(
      CAPABILITIES.filter((capability) => lndCapabilities[capability] !== 'none'),
    )
    expect(Object.values(describePermissions(read('admin')))).toEqual(Array(6).fill('granted'))
  })

  const cases = [
    { name: 'bundledReadonly', receive: 'denied', send: 'denied', read: 'granted' },
    { name: 'bundledInvoice', receive: 'granted', send: 'denied', read: 'denied' },
    { name: 'readOnly', receive: 'denied', send: 'denied', read: 'granted' },
    { name: 'receiveOnly', receive: 'granted', send: 'denied', read: 'granted' },
    { name: 'spend', receive: 'granted', send: 'granted', read: 'granted' },
    { name: 'byUri', receive: 'granted', send: 'denied', read: 'denied' },
    { name: 'untilYear2040', receive: 'denied', send: 'denied', read: 'granted' },
    { name: 'withAccount', receive: 'denied', send: 'denied', read: 'undetermined' },
  ]
  test.each(cases)('$name: read $read, receive $receive, send $send', ({ name, ...expected }) => {
    expect(describePermissions(read(name))).toMatchObject(expected)
  })

  const areas = [
    {
      permissions: MACAROON_PERMISSIONS.readOnly,
      can: ['channels.list', 'onchain.listUtxos', 'forwards.list', 'backup.export', 'watchtowers.stats'],
      cannot: [
        'channels.open',
        'onchain.send',
        'onchain.newAddress',
        'routing.probe',
        'peers.connect',
        'messages.sign',
        'watchtowers.add',
        'keysend.send',
        'hold.create',
      ],
    },
    {
      permissions: MACAROON_PERMISSIONS.receiveOnly,
      can: ['hold.settle', 'invoices.cancel'],
      cannot: ['routing.probe', 'onchain.newAddress', 'onchain.getBalance', 'peers.list'],
    },
    {
      permissions: MACAROON_PERMISSIONS.spend,
      can: ['keysend.send', 'routing.probe', 'channels.updatePolicy', 'watchtowers.add'],
      cannot: ['channels.open', 'channels.close', 'onchain.send', 'peers.connect'],
    },
    {
      permissions: MACAROON_PERMISSIONS.watchtower,
      can: ['watchtowers.add', 'watchtowers.list'],
      cannot: ['payInvoice', 'keysend.send', 'channels.list', 'backup.export'],
    },
    {
      permissions: ['info:read', 'onchain:read', 'onchain:write'],
      can: ['onchain.send', 'onchain.listTransactions'],
      cannot: ['onchain.newAddress', 'channels.open'],
    },
    {
      permissions: ['info:read', 'onchain:write', 'offchain:write'],
      can: [],
      cannot: ['channels.open', 'channels.close', 'payInvoice', 'onchain.send'],
    },
  ] as const
  test.each(areas)('$permissions allow what they should', ({ permissions, can, cannot }) => {
    const contents = { permissions: new Set<string>(permissions), otherCaveats: false }
    for (const name of can) expect(allowsCapability(contents, name), name).toBe(true)
    for (const name of cannot) expect(allowsCapability(contents, name), name).toBe(false)
  })

  test('the macaroon for managing a node allows all that there is, and no more macaroons', () => {
    const contents = { permissions: new Set<string>(MACAROON_PERMISSIONS.manage), otherCaveats: false }
    expect(
      CAPABILITIES.filter((name) => lndCapabilities[name] !== 'none' && !allowsCapability(contents, name)),
    ).toEqual([])
    expect(describePermissions(contents)).toMatchObject({
      channels: 'granted',
      onchain: 'granted',
      admin: 'denied',
    })
  })

  test('the documentation bakes these macaroons', () => {
    const page = readFileSync(
      join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'backends', 'lnd.md'),
      'utf8',
    )
    const baked = [...page.matchAll(/bakemacaroon --save_to \S+ ([^`|]+)`/g)].map(([, list]) =>
      list!.trim().split(/\s+/).sort(),
    )
    for (const [name, permissions] of Object.entries(MACAROON_PERMISSIONS))
      expect(baked, name).toContainEqual([...permissions].sort())
  })

  test('a permission by uri allows that call alone', () => {
    expect(abilities('byUri')).toContain('createInvoice')
    expect(abilities('byUri')).not.toContain('lookupInvoice')
  })

  test('receive-only drops all that spends', () => {
    expect(abilities('receiveOnly').filter((capability) => capability.startsWith('payInvoice'))).toEqual([])
    expect(abilities('receiveOnly')).toContain('createInvoice')
  })

  test('the time limit is read', () => {
    expect(read('untilYear2040').expiresAt).toBe(Date.UTC(2040, 0, 1) / 1000)
    expect(read('spend').expiresAt).toBeUndefined()
  })

  test('one that cannot be read denies nothing and grants nothing', () => {
    const contents = readMacaroon(Buffer.from('no macaroon at all'))
    expect(Object.values(describePermissions(contents))).toEqual(Array(6).fill('undetermined'))
    expect(allowsCapability(contents, 'payInvoice')).toBe(true)
  })

  test('no bytes make the reader throw', () => {
    const real = Buffer.from(macaroons['spend']!, 'hex')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(real)
        for (const [at, value] of changes) bytes[at] = value
        expect(readMacaroon(bytes)).toBeDefined()
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readMacaroon(Buffer.from(bytes))).toBeDefined()
      }),
    )
  })
})
