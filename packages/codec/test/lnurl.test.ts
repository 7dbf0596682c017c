import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeLnurl, encodeLnurl } from '../src/index.ts'
import { refusalOf } from './refusal-of.ts'

// LUD-01's own example.
const EXAMPLE_URL =
  'https://service.com/api?q=3fc3645b439ce8e7f2553a69e5267081d96dcd340693afabe04be7b0ccd178df'
const EXAMPLE =
  'LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385EKVCENXC6R2C35XVUKXEFCV5MKVV34X5EKZD3EV56NYD3HXQURZEPEXEJXXEPNXSCRVWFNV9NXZCN9XQ6XYEFHVGCXXCMYXYMNSERXFQ5FNS'

describe('LNURL', () => {
  test('reads the example of LUD-01', () => {
    expect(decodeLnurl(EXAMPLE)).toEqual({ url: EXAMPLE_URL, domain: 'service.com', action: 'unknown' })
    expect(encodeLnurl(EXAMPLE_URL).toUpperCase()).toBe(EXAMPLE)
  })

  test('reads back every path that it writes', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        const url = new URL(`https://example.com${path}?${query}`).href
        expect(decodeLnurl(encodeLnurl(url)).url).toBe(url)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['https://example.com/?tag=withdrawRequest&k1=1', 'withdraw'],
    ['https://example.com/?tag=login&k1=1', 'auth'],
    ['https://example.com/?tag=payRequest', 'pay'],
    ['https://example.com/?tag=other', 'unknown'],
    ['https://example.com/?tag=constructor', 'unknown'],
    ['lnurlp:example.com/p', 'pay'],
  ])('tells from %s that it is for %s', (text, action) => {
    expect(decodeLnurl(text).action).toBe(action)
  })

  test.each([
    ['http', 'http://example.com/'],
    ['a script', 'javascript:alert(1)'],
    ['an address of another kind', 'ftp://example.com/'],
    ['a very long address', `https://example.com/${'a'.repeat(2048)}`],
    ['a blank inside', 'https://example.com/a b'],
    ['an international domain', 'https://exämple.com/'],
    ['no address', 'tea'],
  ])('neither writes nor reads %s', (_name, url) => {
    expect(refusalOf(() => encodeLnurl(url)).code).toBe('invalid_request')
    expect(refusalOf(() => decodeLnurl(url)).code).toBe('invalid_request')
  })
})
