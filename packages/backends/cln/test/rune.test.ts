import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { backendModule } from '../src/index.ts'
import { capabilitiesWith, describePermissions, mayCall } from '../src/permissions.ts'
import { judgeMethod, type RuneContents, readRune, runeExpiry } from '../src/rune.ts'

const NOW = 1_795_322_384

const runeOf = (restrictions: string): string =>
  Buffer.concat([Buffer.alloc(32, 1), Buffer.from(restrictions)]).toString('base64url')

/** As createrune made them: captured as createrune-*.json. */
const READONLY =
  'SGlzYWzyGUaP0ODawdIVV9hfGq0zqQ8ENVQHLEJAieI9MCZtZXRob2RebGlzdHxtZXRob2ReZ2V0fG1ldGhvZD1zdW1tYXJ5Jm1ldGhvZC9saXN0ZGF0YXN0b3Jl'
const RESTRICTED =
  'Fnl6LrI9ZqpLZa5uilemZvcCrAQDVdQ5H7Ghiw6rxqM9MiZtZXRob2Q9aW52b2ljZXxtZXRob2Q9bGlzdGludm9pY2VzJnJhdGU9NjA='
const AMOUNT = 'bBPowimhkMCisEvfLZ9tqfKlUyZww2EkOzp7gmX3Dqo9MyZtZXRob2Q9eHBheSZwbmFtZWFtb3VudG1zYXQ8MTAwMDE='
const UNRESTRICTED = 'xFldEPt_R2u5GD5smbmyVmfkcmQuy-ozgwkd4mqxG4w9MQ=='

describe('captured runes', () => {
  test('without restrictions everything is granted', () => {
    expect(new Set(Object.values(describePermissions(readRune(UNRESTRICTED), NOW)))).toEqual(
      new Set(['granted']),
    )
  })

  test('the readonly preset reads and does nothing else', () => {
    expect(describePermissions(readRune(READONLY), NOW)).toEqual({
      read: 'granted',
      receive: 'denied',
      send: 'denied',
      channels: 'denied',
      onchain: 'denied',
      admin: 'denied',
    })
  })

  test('a list of methods and a rate', () => {
    expect(describePermissions(readRune(RESTRICTED), NOW)).toMatchObject({
      read: 'denied',
      receive: 'granted',
    })
  })

  test('a cap on a parameter is undetermined, never granted', () => {
    expect(describePermissions(readRune(AMOUNT), NOW)).toMatchObject({
      send: 'undetermined',
      receive: 'denied',
    })
  })
})

describe('restrictions', () => {
  test.each([
    ['=1&method^list|method^get|method=xpay&pinvinvstring_amount<1001|method/xpay', 'xpay', 'depends'],
    ['=1&method^list|method^get|method=xpay&pinvinvstring_amount<1001|method/xpay', 'listpays', 'allowed'],
    ['=1&method^list|method^get|method=xpay&pinvinvstring_amount<1001|method/xpay', 'withdraw', 'denied'],
    ['=1&time<1795322385', 'xpay', 'allowed'],
    ['=1&time<1795322384', 'xpay', 'denied'],
    ['=1&per=5sec', 'xpay', 'allowed'],
    ['=1&id=02ab', 'xpay', 'depends'],
    ['=1&method$pay', 'xpay', 'allowed'],
    ['=1&method~pay', 'xpay', 'allowed'],
    ['=1&method!', 'xpay', 'denied'],
    ['=1&a comment#', 'xpay', 'allowed'],
    ['=1&method=x\\|pay', 'xpay', 'denied'],
    ['=1&nonsense', 'xpay', 'depends'],
    ['', 'xpay', 'allowed'],
    // strictly before, strictly after
    ['=1&method{xpay', 'xpay', 'denied'],
    ['=1&method{xpaz', 'xpay', 'allowed'],
    ['=1&method}xpay', 'xpay', 'denied'],
    // no number of a rune: what stands beside it must not be dropped with it
    ['=1|method=getinfo', 'xpay', 'depends'],
    ['=1|=2&method=xpay', 'xpay', 'depends'],
    ['/1&method=xpay', 'xpay', 'depends'],
    ['#1&method=xpay', 'xpay', 'allowed'],
    // frequencies that no node takes
    ['=1&rate/60', 'xpay', 'depends'],
    ['=1&rate=0', 'xpay', 'depends'],
    ['=1&rate=60', 'xpay', 'allowed'],
    ['=1&per=often', 'xpay', 'depends'],
    ['=1&per!', 'xpay', 'depends'],
    ['=1&time<soon', 'xpay', 'depends'],
    ['=1&time/1', 'xpay', 'depends'],
    ['=1&\u{1f600}method=xpay', 'xpay', 'depends'],
  ] as const)('%s lets %s be %s', (restrictions, method, verdict) => {
    expect(judgeMethod(readRune(runeOf(restrictions)), method, NOW)).toBe(verdict)
  })

  test('what is no rune is undetermined', () => {
    expect(judgeMethod(readRune('short'), 'xpay', NOW)).toBe('depends')
  })

  test('the end of a rune is the earliest time that stands alone', () => {
    expect(runeExpiry(readRune(runeOf('=1&time<200|method=xpay&time<900&time<500')))).toBe(500)
    expect(runeExpiry(readRune(UNRESTRICTED))).toBeUndefined()
    expect(runeExpiry(readRune(runeOf('=1&time<soon')))).toBeUndefined()
  })
})

describe('capabilities', () => {
  const of = (rune: string) => capabilitiesWith((method) => mayCall(readRune(rune), method, NOW))

  test('the readonly preset keeps look-ups and no way to spend or receive', () => {
    const capabilities = of(READONLY)
    expect(capabilities).toMatchObject({
      getInfo: 'native',
      lookupPayment: 'native',
      listTransactions: 'native',
      createInvoice: 'none',
      payInvoice: 'none',
      watch: 'none',
      'onchain.send': 'none',
      'channels.open': 'none',
    })
  })

  test('a cap on the amount keeps payInvoice', () => {
    const capped = '=1&method^list|method^get|method=xpay&pinvinvstring_amount<1001|method/xpay'
    expect(of(runeOf(capped)).payInvoice).toBe('native')
    // without the look-ups a lost reply could not be judged
    expect(of(AMOUNT).payInvoice).toBe('none')
  })

  test('are read before anything connects', async () => {
    const options = { url: 'https://no-such-host.invalid:3010', rune: READONLY }
    expect((await backendModule.readCredential?.(options))?.payInvoice).toBe('none')
    expect(await backendModule.readCredential?.({ socket: '/none' })).toEqual(backendModule.capabilities)
  })
})

describe('the runes of docs/backends/cln.md', () => {
  const page = readFileSync(new URL('../../../../docs/backends/cln.md', import.meta.url), 'utf8')
  const runes = [...page.matchAll(/createrune restrictions='(\[.*\])'/g)].map(([, json]) => {
    const restrictions = JSON.parse(json as string) as string[][]
    return readRune(runeOf(['=1', ...restrictions.map((one) => one.join('|'))].join('&')))
  })

  test.each([
    [
      'look',
      0,
      { read: 'granted', receive: 'denied', send: 'denied', channels: 'denied', onchain: 'denied' },
    ],
    ['be paid', 1, { read: 'granted', receive: 'granted', send: 'denied', channels: 'denied' }],
    ['pay capped', 2, { read: 'granted', receive: 'granted', send: 'undetermined', onchain: 'denied' }],
    [
      'run the node',
      3,
      { read: 'granted', send: 'granted', channels: 'granted', onchain: 'granted', admin: 'denied' },
    ],
  ])('%s: nothing more than that', (_name, index, expected) => {
    expect(describePermissions(runes[index] as RuneContents, NOW)).toMatchObject(expected)
  })

  test('the one that runs the node leaves no ability out', () => {
    const full = capabilitiesWith((method) => mayCall(runes[3] as RuneContents, method, NOW))
    expect(full).toEqual(backendModule.capabilities)
  })

  test('the one that looks tells events and history', () => {
    expect(capabilitiesWith((method) => mayCall(runes[0] as RuneContents, method, NOW))).toMatchObject({
      watch: 'native',
      listTransactions: 'native',
      lookupPayment: 'native',
      getBalance: 'native',
      createInvoice: 'none',
      'invoices.cancel': 'none',
    })
  })
})
