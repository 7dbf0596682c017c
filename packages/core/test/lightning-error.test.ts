import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES, type ErrorCode, LightningError, Secret } from '../src/index.ts'

const copyOfModule = '../src/lightning-error.ts?copy'

describe('LightningError', () => {
  test.each(Object.entries(ERROR_CODES))('%s carries its defaults', (code, defaults) => {
    const error = new LightningError({ code: code as ErrorCode, message: 'm' })
    expect({ retry: error.retry, sent: error.sent }).toEqual(defaults)
  })

  test('a thrower may know better than the defaults', () => {
    const error = new LightningError({ code: 'internal', message: 'm', sent: 'no', retry: 'safe' })
    expect([error.sent, error.retry]).toEqual(['no', 'safe'])
  })

  test('another copy of the package recognises it', async () => {
    const copy = (await import(copyOfModule)) as typeof import('../src/lightning-error.ts')
    const error = new copy.LightningError({ code: 'no_route', message: 'm' })
    expect(error).not.toBeInstanceOf(LightningError)
    expect(LightningError.is(error)).toBe(true)
  })

  test.each([undefined, null, 'text', {}, new Error('m')])('%s is none', (value) => {
    expect(LightningError.is(value)).toBe(false)
  })

  test('context is added once and loses nothing', () => {
    const cause = new Error('inner')
    const error = new LightningError({
      code: 'unavailable',
      message: 'm',
      hint: 'h',
      sent: 'maybe',
      backend: { code: '14' },
      cause,
    })
    const first = LightningError.withContext(error, { operation: 'getInfo', backendKind: 'lnd' })
    const second = LightningError.withContext(first, { operation: 'connect', backendKind: 'cln' })
    expect(second).toMatchObject({
      code: 'unavailable',
      hint: 'h',
      sent: 'maybe',
      operation: 'getInfo',
      backendKind: 'lnd',
      backend: { code: '14' },
      cause,
    })
  })
})

describe('Secret', () => {
  test('no way of printing it shows it', () => {
    const secret = new Secret('hunter2')
    const texts = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ a: [secret] }, { depth: 9, showHidden: true }),
    ]
    for (const text of texts) expect(text).not.toContain('hunter2')
    expect(secret.reveal()).toBe('hunter2')
  })
})
