import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { type LightningBackend, LightningError, msat, type Payment } from '@lightning-mcp/core'
import {
  type FakeEclair,
  type FakeEclairOptions,
  type Spoiling,
  startFakeEclair,
} from '@lightning-mcp/fake-eclair'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEclairBackend } from '../src/index.ts'
import { backendOver, proxyCertificate } from './harness/eclair-harness.ts'

/** Belongs in no error, no log and no answer. */
const CANARY = `canary-${randomBytes(12).toString('hex')}`
const CANARIES = [CANARY, Buffer.from(`:${CANARY}`).toString('base64')]
const LATE_MS = 120_000

const opened: { close(): Promise<void> }[] = []
const seen: unknown[] = []

const start = async (options: FakeEclairOptions = {}): Promise<FakeEclair> => {
  const fake = await startFakeEclair({
    password: CANARY,
    wrongPasswordDelayMs: 5,
    takesSecondPayments: true,
    ...options,
  })
  opened.push(fake)
  return fake
}
const over = (...given: Parameters<typeof backendOver>): LightningBackend => {
  const backend = backendOver(...given)
  opened.push(backend)
  return backend
}
const refused = async (call: () => Promise<unknown>): Promise<LightningError> => {
  const error = await call().then(
    (answer) => expect.fail(`answered ${inspect(answer)}`),
    (thrown: unknown) => thrown,
  )
  seen.push(error)
  if (!LightningError.is(error)) expect.fail(`threw ${inspect(error)}`)
  return error
}
/** The answer of a call on which the other side is silent, or drips: what is waited for is its deadline. */
async function afterDeadline<T>(fake: FakeEclair, call: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const answer = call()
  answer.catch(() => undefined)
  let over = false
  const end = (): void => {
    over = true
  }
  answer.then(end, end)
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve))
    if (fake.calls > 0) await vi.advanceTimersByTimeAsync(LATE_MS / 100)
  }
  return answer
}

beforeEach(() => {
  seen.length = 0
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      seen.push(String(text))
      return true
    })
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const one of opened.splice(0).reverse()) await one.close()
  const text = seen
    .map((value) => `${inspect(value, { depth: 12, showHidden: true })}${stackOf(value)}`)
    .join('\n')
  for (const canary of CANARIES) expect(text.includes(canary), 'the password was told').toBe(false)
})

const stackOf = (value: unknown): string =>
  value instanceof Error ? `\n${value.stack}\n${JSON.stringify(value)}` : ''

describe('connect says what is wrong and what to do', () => {
  const cases: readonly {
    name: string
    make: () => Promise<LightningBackend>
    codes: readonly LightningError['code'][]
  }[] = [
    {
      name: 'nobody listens at the port',
      make: async () => over({ url: 'http://127.0.0.1:9', password: CANARY }),
      codes: ['unavailable'],
    },
    {
      name: 'the host does not exist',
      make: async () => over({ url: 'https://no-such-host.invalid', password: CANARY }),
      codes: ['unavailable'],
    },
    {
      name: 'https where there is http',
      make: async () => over({ url: (await start()).url.replace('http', 'https'), password: CANARY }),
      codes: ['unavailable'],
    },
    {
      name: 'http where there is https',
      make: async () => {
        const { url } = await start({ tls: proxyCertificate() })
        return over({ url: url.replace('https', 'http'), password: CANARY })
      },
      codes: ['unavailable'],
    },
    {
      name: 'a certificate of an unknown authority',
      make: async () => over(await start({ tls: proxyCertificate() })),
      codes: ['unavailable', 'unauthenticated'],
    },
    {
      name: 'a wrong password',
      make: async () => over(await start({ password: 'another' }), { password: CANARY }),
      codes: ['unauthenticated'],
    },
    {
      name: 'a file of the password that is not there',
      make: async () => {
        const { url } = await start()
        return createEclairBackend({ url, passwordFile: '/no/such/file' })
      },
      codes: ['invalid_request'],
    },
    {
      name: 'a version that is too old',
      make: async () => over(await start({ version: '0.9' })),
      codes: ['unsupported'],
    },
  ]
  test.each(cases)('$name', async ({ make, codes }) => {
    const error = await refused(async () => (await make()).connect())
    expect(codes).toContain(error.code)
    expect(error.hint).toBeTruthy()
  })

  test('no variable of the environment makes an unknown authority trusted', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const error = await refused(async () => over(await start({ tls: proxyCertificate() })).connect())
    expect(['unavailable', 'unauthenticated']).toContain(error.code)
  })

  test('a certificate that was given is trusted', async () => {
    const tls = proxyCertificate()
    await over(await start({ tls }), { ca: tls.cert }).connect()
  })
})

const SPOILT: readonly { name: string; spoiling: Spoiling; late?: true }[] = [
  { name: 'JSON that is cut', spoiling: 'cut-json' },
  { name: 'more than 10 MB', spoiling: 'too-long' },
  { name: 'HTML', spoiling: 'html' },
  { name: 'JSON of something else', spoiling: 'not-eclair' },
  { name: 'a slow drip', spoiling: 'slow-drip', late: true },
  { name: 'silence', spoiling: 'silence', late: true },
]

describe('a spoilt answer', () => {
  test.each(SPOILT)('to connect is a named error: $name', async ({ spoiling, late }) => {
    const fake = await start()
    fake.faults.spoilNext(spoiling)
    const backend = over(fake)
    const connect = () => refused(() => backend.connect())
    const error = await (late === true ? afterDeadline(fake, connect) : connect())
    expect(['unavailable', 'protocol_error']).toContain(error.code)
    expect(error.hint).toBeTruthy()
    vi.useRealTimers()
    await backend.connect()
  })

  test.each(SPOILT)('to createinvoice is a named error: $name', async ({ spoiling, late }) => {
    const fake = await start()
    const backend = over(fake)
    await backend.connect()
    fake.faults.spoilNext(spoiling, (method) => method === 'createinvoice')
    const create = () => refused(() => backend.createInvoice({ amountMsat: msat(1000n), expirySeconds: 600 }))
    const error = await (late === true ? afterDeadline(fake, create) : create())
    expect(['unavailable', 'protocol_error', 'outcome_unknown']).toContain(error.code)
    expect(error.hint).toBeTruthy()
  })

  test.each(SPOILT)('to payinvoice leaves it undecided and pays once: $name', async ({ spoiling, late }) => {
    const fake = await start()
    const backend = over(fake)
    await backend.connect()
    const { invoice, paymentHash } = await fake.network
      .wallet('hub')
      .createInvoice({ amountMsat: msat(5000n), expirySeconds: 600 })
    fake.faults.spoilNext(spoiling, (method) => method === 'payinvoice')
    const pay = (): Promise<Payment> =>
      backend.payInvoice({ invoice: invoice as string, maxFeeMsat: msat(0n), timeoutSeconds: 5 })
    const payment = await (late === true ? afterDeadline(fake, pay) : pay())
    seen.push(payment)
    expect(['settled', 'pending', 'unknown']).toContain(payment.status)
    vi.useRealTimers()
    expect((await backend.lookupPayment({ paymentHash }))?.status).toBe('settled')
    expect(fake.takenAgain(paymentHash)).toBe(0n)
  })

  test.each(SPOILT)('to a look-up is a named error, not an outcome: $name', async ({ spoiling, late }) => {
    const fake = await start()
    const backend = over(fake)
    await backend.connect()
    const { invoice, paymentHash } = await fake.network
      .wallet('hub')
      .createInvoice({ amountMsat: msat(5000n), expirySeconds: 600 })
    await backend.payInvoice({ invoice: invoice as string, maxFeeMsat: msat(0n) })
    fake.faults.spoilNext(spoiling, (method) => method === 'getsentinfo')
    const look = () => refused(() => backend.lookupPayment({ paymentHash }))
    const error = await (late === true ? afterDeadline(fake, look) : look())
    expect(['unavailable', 'protocol_error']).toContain(error.code)
  })
})

describe('another network', () => {
  test('an invoice of a network that the node is not on is not sent', async () => {
    const fake = await start({ chain: 'mainnet' })
    const backend = over(fake)
    expect((await backend.connect()).identity.network).toBe('mainnet')
    const { invoice } = await fake.network
      .wallet('hub')
      .createInvoice({ amountMsat: msat(5000n), expirySeconds: 600 })
    const before = fake.calls
    const error = await refused(() =>
      backend.payInvoice({ invoice: invoice as string, maxFeeMsat: msat(0n) }),
    )
    expect([error.code, error.sent, fake.calls - before]).toEqual(['wrong_network', 'no', 0])
  })
})
