import { describe, expect, test } from 'vitest'
import { withTls } from '../../src/store/postgres-tls.ts'

const modeOf = (text: string, env = {}) => new URL(withTls(text, env)).searchParams.get('sslmode')

describe('a server elsewhere is asked for TLS and a certificate', () => {
  test.each([
    'postgres://u:p@db.example/wallet',
    'postgresql://u:p@10.0.0.7:5432/wallet',
    'postgres://u:p@db.example/wallet?options=-c%20search_path%3Dx',
    'postgres://u:p@db.example/wallet?',
    'postgres://u:p@db.example/wallet?application_name=a#fragment',
    'postgres://u:p@localhost/wallet?host=db.example',
    'postgres://u:p@localhost.example/wallet',
    'postgres://u:p@[2001:db8::1]/wallet',
  ])('%s', (text) => {
    expect(modeOf(text)).toBe('verify-full')
    expect(withTls(text, {}).startsWith(text.replace(/[?#]?(?:fragment)?$/, ''))).toBe(true)
  })

  test('whose name comes from the environment', () => {
    expect(modeOf('postgres:///wallet', { PGHOST: 'db.example' })).toBe('verify-full')
  })
})

describe('is left as it is', () => {
  test.each([
    'postgres://u:p@localhost/wallet',
    'postgres://u:p@127.0.0.1:5433/wallet',
    'postgres://u:p@[::1]/wallet',
    'postgres:///wallet',
    'postgres://u:p@%2Fvar%2Frun%2Fpostgresql/wallet',
    'postgres:///wallet?host=/var/run/postgresql',
    'postgres://u:p@db.example/wallet?sslmode=disable',
    'postgres://u:p@db.example/wallet?sslmode=require',
    'postgres://u:p@db.example/wallet?sslrootcert=/ca.pem',
  ])('%s', (text) => {
    expect(withTls(text, {})).toBe(text)
  })

  test('where the environment says it', () => {
    const text = 'postgres://u:p@db.example/wallet'
    expect(withTls(text, { PGSSLMODE: 'disable' })).toBe(text)
  })
})
