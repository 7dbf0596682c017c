import { ConfigError } from '@lightning-mcp/config'
import { LightningError } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { createFailedFace } from '../src/index.ts'

const context = { signal: new AbortController().signal, onProgress: undefined }

describe('the face of a server that could not start', () => {
  const errors: { name: string; error: unknown; code: string; says: string }[] = [
    {
      name: 'wrong settings',
      error: new ConfigError([{ source: 'file', name: 'readOnly', message: 'must be true or false.' }]),
      code: 'not_ready',
      says: 'readOnly: must be true or false.',
    },
    {
      name: 'an error of core',
      error: new LightningError({ code: 'unauthenticated', message: 'the macaroon is wrong' }),
      code: 'unauthenticated',
      says: 'the macaroon is wrong',
    },
    { name: 'anything else', error: 'a text', code: 'not_ready', says: 'a text' },
  ]
  it.each(errors)('lists its tools and answers each with $name', async ({ error, code, says }) => {
    const face = createFailedFace({ error, version: '0.0.0' })
    expect(face.tools.map(({ name }) => name)).toContain('pay_invoice')
    const outcome = await face.callTool('get_wallet_balance', {}, context)
    expect(outcome).toMatchObject({ isError: true, data: { code, money_may_have_moved: false } })
    expect(outcome?.data['message']).toContain(says)
  })
})
