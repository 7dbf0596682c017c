import { createSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { createWallet, openSqliteStore } from '@lightning-mcp/wallet'
import { expect, test } from 'vitest'
import { createMcpFace } from '../src/index.ts'

/** The reason that an SDK gives when a connection is gone: an error, but no `AbortError`. */
test('a caller who is gone is no fault of the wallet', async () => {
  const network = createSimulatedNetwork({ seed: 'gone' })
  const backend = network.wallet('alice')
  const wallet = createWallet({ backend, store: openSqliteStore({ path: ':memory:' }) })
  await wallet.start()
  const faults: unknown[] = []
  const face = createMcpFace({ wallet, version: '0', onError: (error) => faults.push(error) })
  const { paymentHash } = await wallet.createInvoice({ expirySeconds: 60 })
  const stop = new AbortController()
  const waiting = face.callTool(
    'wait_for_payment',
    { payment_hash: paymentHash },
    // told when the first look is done
    { signal: stop.signal, onProgress: () => setImmediate(() => stop.abort(new Error('Connection closed'))) },
  )
  const outcome = await waiting
  expect(outcome?.data['code']).not.toBe('internal')
  expect(faults).toEqual([])
  face.close()
  await wallet.stop()
  network.close()
})
