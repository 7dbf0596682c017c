import type { LightningEvent } from '@lightning-mcp/core'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { expect, test } from 'vitest'
import { createMcpFace } from '../src/index.ts'
import { cannedWallet, HASH, openInvoice, PAYMENT_ID, settled } from './canned-wallet.ts'
import { overConnection, overHttp } from './clients.ts'

const INVOICE_URI = `wallet://invoices/${HASH}`
const paid: LightningEvent = { type: 'invoice-settled', invoice: openInvoice }
const sent: LightningEvent = {
  type: 'payment-settled',
  payment: { paymentHash: settled.paymentHash!, status: 'settled' },
}

/** A wallet that says when somebody has begun to watch it. */
function watched() {
  const wallet = cannedWallet({ getPayment: async () => settled })
  const begun = Promise.withResolvers<void>()
  const { watch } = wallet
  const watching = Object.assign(wallet, {
    watch: (request: Parameters<typeof watch>[0]) => {
      const events = watch(request)[Symbol.asyncIterator]()
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            const next = events.next()
            begun.resolve()
            return next
          },
          return: () => events.return?.() ?? Promise.resolve({ done: true as const, value: undefined }),
        }),
      }
    },
  })
  return { wallet: watching, begun: begun.promise }
}

/** Collects URIs, and waits for one. */
function inbox() {
  const uris: string[] = []
  const waiting = new Map<string, () => void>()
  return {
    uris,
    put(uri: string) {
      uris.push(uri)
      waiting.get(uri)?.()
    },
    has: (uri: string) =>
      uris.includes(uri) ? Promise.resolve() : new Promise<void>((resolve) => waiting.set(uri, resolve)),
  }
}

test('an older client on a connection is told of what it subscribed to alone', async () => {
  const { wallet, begun } = watched()
  const face = createMcpFace({ wallet, version: '0' })
  const client = await overConnection(face, { versionNegotiation: { mode: 'legacy' } })
  const box = inbox()
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => box.put(params.uri))
  expect(client.getServerCapabilities()?.resources).toEqual({ subscribe: true })
  await client.subscribeResource({ uri: INVOICE_URI })
  await begun
  wallet.emit(sent)
  wallet.emit(paid)
  await box.has(INVOICE_URI)
  expect(box.uris).toEqual([INVOICE_URI])
  await expect(client.subscribeResource({ uri: 'file:///etc/passwd' })).rejects.toMatchObject({
    code: -32602,
  })
  await client.close()
  face.close()
})

test('a client of 2026-07-28 on a connection listens', async () => {
  const { wallet, begun } = watched()
  const face = createMcpFace({ wallet, version: '0' })
  const client = await overConnection(face)
  const box = inbox()
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => box.put(params.uri))
  await client.listen({ resourceSubscriptions: [INVOICE_URI, `wallet://payments/${PAYMENT_ID}`] })
  await begun
  wallet.emit(sent)
  await box.has(`wallet://payments/${PAYMENT_ID}`)
  wallet.emit(paid)
  await box.has(INVOICE_URI)
  expect(box.uris).toEqual([`wallet://payments/${PAYMENT_ID}`, INVOICE_URI])
  await client.close()
  face.close()
})

test('a client of 2026-07-28 over HTTP listens through the app’s bus', async () => {
  const { wallet, begun } = watched()
  const face = createMcpFace({ wallet, version: '0' })
  const handler = createMcpHandler(face.createServer)
  const stop = face.onResourceChange((uri) => handler.notify.resourceUpdated(uri))
  const client = await overHttp(face, undefined, handler)
  const box = inbox()
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => box.put(params.uri))
  await client.listen({ resourceSubscriptions: [INVOICE_URI, 'wallet://balance'] })
  await begun
  wallet.emit(paid)
  await box.has(INVOICE_URI)
  await box.has('wallet://balance')
  stop()
  await client.close()
  await handler.close()
  face.close()
})

test('an older client over HTTP is not promised what cannot be delivered', async () => {
  const face = createMcpFace({ wallet: cannedWallet(), version: '0' })
  const client = await overHttp(face, { versionNegotiation: { mode: 'legacy' } })
  expect(client.getServerCapabilities()?.resources).toEqual({})
  await client.close()
})

test('a gap tells that balance and budget may have changed', async () => {
  const { wallet, begun } = watched()
  const face = createMcpFace({ wallet, version: '0' })
  const box = inbox()
  face.onResourceChange(box.put)
  await begun
  wallet.emit({ type: 'gap' })
  await box.has('wallet://budget')
  expect(box.uris).toEqual(['wallet://balance', 'wallet://budget'])
  face.close()
})

test('a gap tells all that a client knows as well', async () => {
  const { wallet, begun } = watched()
  const face = createMcpFace({ wallet, version: '0' })
  const context = { signal: new AbortController().signal, onProgress: undefined }
  await face.callTool('create_invoice', { amount_sats: 21 }, context)
  await face.callTool('get_payment_status', { payment_id: PAYMENT_ID }, context)
  const box = inbox()
  face.onResourceChange(box.put)
  await begun
  wallet.emit({ type: 'gap' })
  await box.has(`wallet://payments/${PAYMENT_ID}`)
  expect(box.uris).toEqual(expect.arrayContaining([INVOICE_URI, 'wallet://balance', 'wallet://budget']))
  expect(new Set(box.uris).size).toBe(box.uris.length)
  face.close()
})

test('one watch of the wallet serves all listeners and ends with the last', async () => {
  let watches = 0
  const ended = Promise.withResolvers<void>()
  const face = createMcpFace({
    version: '0',
    wallet: cannedWallet({
      watch: async function* (request) {
        watches += 1
        await new Promise<void>((resolve) => request?.signal?.addEventListener('abort', () => resolve()))
        ended.resolve()
        yield* []
      },
    }),
  })
  const stops = [face.onResourceChange(() => {}), face.onResourceChange(() => {})]
  for (const stop of stops) stop()
  await ended.promise
  expect(watches).toBe(1)
})
