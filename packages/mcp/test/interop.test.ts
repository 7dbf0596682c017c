import { afterEach, describe, expect, test } from 'vitest'
import { createMcpFace, type McpFace } from '../src/index.ts'
import { cannedWallet, PAYMENT_ID } from './canned-wallet.ts'
import { CONNECTIONS, type TestClient } from './clients.ts'

const INVOICE = 'lnbcrt10u1pcanned'
let client: TestClient | undefined
let face: McpFace | undefined

afterEach(async () => {
  await client?.close()
  face?.close()
})

describe.each(Object.entries(CONNECTIONS))('%s', (_name, connect) => {
  const open = async (options: Partial<Parameters<typeof createMcpFace>[0]> = {}) => {
    face = createMcpFace({ wallet: cannedWallet(), version: '1.2.3', ...options })
    client = await connect(face)
    return client
  }

  test('lists the same tools in the same order', async () => {
    const opened = await open()
    const { tools } = await opened.listTools()
    expect(tools.map(({ name }) => name)).toEqual(face?.tools.map(({ name }) => name))
  })

  test('answers a payment with data and one line of text', async () => {
    const opened = await open()
    await opened.listTools()
    const paid = await opened.call('pay_invoice', { invoice: INVOICE })
    expect(paid.isError ?? false).toBe(false)
    expect(paid.structuredContent).toMatchObject({
      status: 'settled',
      payment_id: PAYMENT_ID,
      amount_sats: 1_001,
      amount_msat: '1000001',
      fee_sats: 2,
    })
    expect(paid.content).toHaveLength(1)
    expect(paid.content[0]?.text).not.toContain('\n')
  })

  test('answers wrong arguments with our error structure', async () => {
    const opened = await open()
    await opened.listTools()
    const refused = await opened.call('pay_invoice', { invoice: INVOICE, amount_sat: 5 })
    expect(refused.isError).toBe(true)
    expect(refused.structuredContent).toMatchObject({
      code: 'invalid_request',
      money_may_have_moved: false,
      retry: 'never',
      next_step: expect.any(String),
    })
  })

  test('refuses an unknown tool with a protocol error naming the nearest', async () => {
    const opened = await open()
    await expect(opened.call('pay_invioce', {})).rejects.toThrow(/Did you mean pay_invoice/)
  })

  test('tells progress only to a client that asked', async () => {
    const wallet = cannedWallet()
    const opened = await open({
      wallet: {
        ...wallet,
        pay: async (request) => {
          request.onProgress?.({ state: 'reserved', message: 'reserved' })
          request.onProgress?.({ state: 'dispatched', message: 'sent' })
          // notifications leave before the answer does
          await new Promise((resolve) => setImmediate(resolve))
          return wallet.pay(request)
        },
      },
    })
    const told: string[] = []
    await opened.call(
      'pay_invoice',
      { invoice: INVOICE },
      { onprogress: ({ message }) => told.push(message ?? '') },
    )
    expect(told).toEqual(['reserved', 'sent'])
    const quiet = await opened.call('pay_invoice', { invoice: INVOICE })
    expect(quiet.structuredContent['status']).toBe('settled')
  })

  test('stops waiting when cancelled while the payment goes on', async () => {
    const started = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const finished = Promise.withResolvers<AbortSignal | undefined>()
    const wallet = cannedWallet()
    const opened = await open({
      wallet: {
        ...wallet,
        pay: async (request) => {
          started.resolve()
          await finish.promise
          finished.resolve(request.signal)
          return wallet.pay(request)
        },
      },
    })
    const stop = new AbortController()
    const call = opened.call('pay_invoice', { invoice: INVOICE }, { signal: stop.signal })
    await started.promise
    stop.abort('enough')
    await expect(call).rejects.toThrow()
    finish.resolve()
    expect(await finished.promise).toBeUndefined()
    const next = await opened.call('get_wallet_balance', {})
    expect(next.structuredContent['balance_sats']).toBe(5_000)
  })

  test('reads resources and refuses one that is not there', async () => {
    const opened = await open()
    const { contents } = await opened.readResource('wallet://balance')
    expect(JSON.parse(contents[0]?.text ?? '')).toMatchObject({ balance_sats: 5_000 })
    const read = await opened.readResource(`wallet://payments/${PAYMENT_ID}`)
    expect(JSON.parse(read.contents[0]?.text ?? '')).toMatchObject({ status: 'settled' })
    await expect(opened.readResource(`wallet://invoices/${'f'.repeat(64)}`)).rejects.toMatchObject({
      code: -32602,
    })
  })

  test('gives instructions of at most 1 kB', async () => {
    const opened = await open()
    const text = opened.getInstructions() ?? ''
    expect(text).toMatch(/sats/)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_024)
  })
})
