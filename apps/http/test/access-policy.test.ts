import { describe, expect, test } from 'vitest'
import { decideAccess, isLoopback } from '../src/access-policy.ts'
import { StartError } from '../src/start-error.ts'

const LOCAL = '127.0.0.1'
const PUBLIC = '0.0.0.0'

describe('who must show a token', () => {
  test.each([
    { name: 'simulator on loopback', given: {}, tokenNeeded: false },
    { name: 'simulator with a token given', given: { hasToken: true }, tokenNeeded: true },
    { name: 'a real node on loopback', given: { isSimulator: false, hasTokenFile: true }, tokenNeeded: true },
    { name: 'simulator behind a proxy', given: { behindProxy: true, hasTokenFile: true }, tokenNeeded: true },
    {
      name: 'simulator on a public address behind a proxy',
      given: { host: PUBLIC, behindProxy: true, hasToken: true },
      tokenNeeded: true,
    },
    {
      name: 'a real node on a public address behind a proxy',
      given: { host: PUBLIC, behindProxy: true, isSimulator: false, hasTokenFile: true },
      tokenNeeded: true,
    },
  ])('$name: $tokenNeeded', ({ given, tokenNeeded }) => {
    const request = {
      host: LOCAL,
      behindProxy: false,
      isSimulator: true,
      hasToken: false,
      hasTokenFile: false,
      ...given,
    }
    expect(decideAccess(request)).toEqual({ tokenNeeded })
  })

  test.each([
    { name: 'a public address', given: { host: PUBLIC, hasToken: true } },
    { name: 'a public address with a real node', given: { host: '192.168.1.2', isSimulator: false } },
    { name: 'a public IPv6 address', given: { host: '::', hasToken: true } },
    { name: 'a name that is not loopback', given: { host: 'wallet.example.com', hasToken: true } },
    { name: 'behind a proxy without a token', given: { host: PUBLIC, behindProxy: true } },
    { name: 'a real node with nowhere to keep a token', given: { isSimulator: false } },
  ])('$name is refused', ({ given }) => {
    const request = {
      host: LOCAL,
      behindProxy: false,
      isSimulator: true,
      hasToken: false,
      hasTokenFile: false,
      ...given,
    }
    expect(() => decideAccess(request)).toThrow(StartError)
  })

  test.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['localhost', true],
    ['::1', true],
    ['[::1]', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.0.0.1.example.com', false],
    ['10.0.0.1', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected)
  })
})
