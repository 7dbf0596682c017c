import {
  type CAPABILITIES,
  type LightningBackend,
  msat,
  OPERATION_NAMES,
  splitOperation,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { withCapabilityCheck } from '../src/index.ts'
import { createRecordingBackend, everything, everythingBut } from './recording-backend.ts'

const invoice = { amountMsat: msat(1000n), expirySeconds: 60 }
const payment = { invoice: 'lnbcrt1', maxFeeMsat: ZERO_MSAT }

const refused: readonly [
  capability: (typeof CAPABILITIES)[number],
  call: (b: LightningBackend) => Promise<unknown>,
][] = [
  ['createInvoice.amountless', (b) => b.createInvoice({ expirySeconds: 60 })],
  ['createInvoice.amountless', (b) => b.hold!.create({ paymentHash: 'h' as never, expirySeconds: 60 })],
  ['createInvoice.descriptionHash', (b) => b.createInvoice({ ...invoice, descriptionHash: 'h' as never })],
  ['createInvoice.preimage', (b) => b.createInvoice({ ...invoice, preimage: 'p' as never })],
  ['payInvoice.amountless', (b) => b.payInvoice({ ...payment, amountMsat: msat(1n) })],
  ['payInvoice.maxParts', (b) => b.payInvoice({ ...payment, maxParts: 1 })],
  ['payInvoice.outgoingChannels', (b) => b.payInvoice({ ...payment, outgoingChannels: [] })],
  ['payInvoice.lastHop', (b) => b.payInvoice({ ...payment, lastHop: 'n' as never })],
  ['payInvoice.self', (b) => b.payInvoice({ ...payment, allowSelfPayment: true })],
]

test.each(refused)('%s is refused before any call where it is not declared', async (capability, call) => {
  const answers = { 'hold.create': () => 'made' }
  const without = createRecordingBackend(answers, everythingBut(capability))
  await expect(call(withCapabilityCheck(without))).rejects.toMatchObject({ code: 'unsupported', sent: 'no' })
  expect(without.calls).toEqual([])

  const declared = createRecordingBackend(answers, everything)
  await call(withCapabilityCheck(declared))
  expect(declared.calls).toHaveLength(1)
})

test.each(OPERATION_NAMES)('%s is refused where it is not declared', async (operation) => {
  const backend = createRecordingBackend({ [operation]: () => [] }, everythingBut(operation))
  const wrapped = withCapabilityCheck(backend)
  const [facet, name] = splitOperation(operation)
  const owner = (facet === undefined ? wrapped : wrapped[facet]) as unknown as Record<
    string,
    (r: object) => unknown
  >
  await expect((async () => owner[name]!({}))()).rejects.toMatchObject({ code: 'unsupported', sent: 'no' })
  expect(backend.calls).toEqual([])
})

test('a cosmetic argument is left out and answered with a warning', async () => {
  const backend = createRecordingBackend(
    { createInvoice: () => ({ status: 'open' }) },
    everythingBut('createInvoice.privateHints'),
  )
  const made = await withCapabilityCheck(backend).createInvoice({ ...invoice, privateHints: true })
  expect(made).toEqual({
    status: 'open',
    warnings: [{ code: 'unsupported', message: 'recording backend: privateHints was ignored' }],
  })
  expect(backend.calls[0]?.request).toEqual(invoice)
})

test('capabilities are those of the moment of the call', async () => {
  const backend = createRecordingBackend({}, everything)
  const wrapped = withCapabilityCheck(backend)
  await wrapped.payInvoice(payment)
  Object.assign(backend, { capabilities: everythingBut('payInvoice') })
  await expect(wrapped.payInvoice(payment)).rejects.toMatchObject({ code: 'unsupported' })
  expect(backend.calls).toHaveLength(1)
})

test('the refusal says what to do', async () => {
  const backend = createRecordingBackend({}, everythingBut('payInvoice.lastHop'))
  const call = withCapabilityCheck(backend).payInvoice({ ...payment, lastHop: 'n' as never })
  await expect(call).rejects.toMatchObject({
    message:
      'payInvoice with lastHop is not possible with this recording backend, its version or its credential',
    hint: 'Leave lastHop out, or use a backend that declares it.',
  })
})
