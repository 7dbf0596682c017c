import { createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { declareCapabilities, type LightningBackend, LightningError, ZERO_MSAT } from '@lightning-mcp/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../src/index.ts'
import { withLayers } from '../src/with-layers.ts'

/** The simulator with some members replaced, in the layers of a server. */
function layered(change: Partial<LightningBackend>): { backend: LightningBackend; lines: string[] } {
  const inner = createSimulatorBackend({ seed: 'layers' })
  onTestFinished(() => inner.close())
  const changed = new Proxy(inner, {
    get: (target, key) => Reflect.get(Object.hasOwn(change, key) ? change : target, key) as unknown,
  })
  const lines: string[] = []
  const log = createLog({ level: 'debug', write: (line) => lines.push(line) })
  return { backend: withLayers(changed, { log }), lines }
}

const down = new LightningError({ code: 'unavailable', message: 'the node is down' })

describe('the layers of a server', () => {
  it('try a read again and tell it as one call', async () => {
    let tries = 0
    const { backend, lines } = layered({
      async getInfo() {
        tries += 1
        if (tries < 3) throw down
        return { network: 'regtest' }
      },
    })
    expect(await backend.getInfo()).toEqual({ network: 'regtest' })
    expect(tries).toBe(3)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/debug simulator getInfo outcome=ok ms=\d+/)
  })

  it('never send a payment twice', async () => {
    let sent = 0
    const { backend } = layered({
      async payInvoice() {
        sent += 1
        throw down
      },
    })
    await expect(backend.payInvoice({ invoice: 'lnbcrt1x', maxFeeMsat: ZERO_MSAT })).rejects.toMatchObject({
      code: 'unavailable',
      operation: 'payInvoice',
      backendKind: 'simulator',
    })
    expect(sent).toBe(1)
  })

  it('refuse what is not declared before it reaches the backend', async () => {
    let calls = 0
    const { backend } = layered({
      capabilities: declareCapabilities({ getInfo: 'native' }),
      async payInvoice() {
        calls += 1
        throw down
      },
    })
    await expect(backend.payInvoice({ invoice: 'lnbcrt1x', maxFeeMsat: ZERO_MSAT })).rejects.toMatchObject({
      code: 'unsupported',
      operation: 'payInvoice',
      sent: 'no',
    })
    expect(calls).toBe(0)
  })

  it('log neither invoice nor preimage', async () => {
    const { backend, lines } = layered({})
    const preimage = 'ab'.repeat(32)
    const { invoice = '' } = await backend.createInvoice({ expirySeconds: 60, preimage: preimage as never })
    await backend.payInvoice({ invoice, maxFeeMsat: ZERO_MSAT }).catch(() => undefined)
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.join()).not.toContain(preimage)
    expect(lines.join()).not.toContain(invoice)
  })
})
