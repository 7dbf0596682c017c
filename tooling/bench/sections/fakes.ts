import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { createClnBackend } from '@lightning-mcp/backend-cln'
import { createEclairBackend } from '@lightning-mcp/backend-eclair'
import { decodeInvoice } from '@lightning-mcp/codec'
import { type LightningBackend, msat, satToMsat } from '@lightning-mcp/core'
import { openRawCln } from '../floor/raw-cln.ts'
import { openRawEclair } from '../floor/raw-eclair.ts'
import { type CompareOptions, compare } from '../measure.ts'
import { startNode, stop } from '../processes.ts'
import { comparison, heading, line } from '../report.ts'

const MAX_FEE_MSAT = 10_000n
const RETRY_SECONDS = 60
const PAST = 10_000
const PAGE = 100
const SLOW_MS = 5
/** As often as the adapter looks: more often would only measure the fake. */
const LOOK_EVERY_MS = 20

/** A fake called as directly as can be: one invoice, one payment to its end. */
interface Raw {
  createInvoice(): Promise<unknown>
  pay(invoice: string): Promise<unknown>
  close(): void
}

/** A fake in its own process, asked line by line. */
async function startFake(kind: 'cln' | 'eclair', past = 0) {
  const child = startNode('tooling/bench/floor/fake-node.ts', [kind, String(past)])
  child.stderr?.pipe(process.stderr)
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const read = async () => JSON.parse((await lines.next()).value as string)
  return {
    place: (await read()) as { socketPath: string; url: string; password: string },
    async invoices(count: number): Promise<string[]> {
      child.stdin?.write(`${count}\n`)
      return read()
    },
    async slow(milliseconds: number): Promise<void> {
      child.stdin?.write(`slow ${milliseconds}\n`)
      await read()
    },
    stop: () => stop(child),
  }
}

async function measure(kind: 'cln' | 'eclair', rounds: number, open: Open): Promise<void> {
  const fake = await startFake(kind)
  const { backend, raw } = await open(fake.place)
  const measurePayments = async (name: string, shape: Omit<CompareOptions, 'ours' | 'floor'>) => {
    const { calls, rounds = 1, warmup = 0 } = shape
    const invoices = await fake.invoices(2 * (calls * rounds + warmup))
    let next = 0
    const take = () => invoices[next++] as string
    const paid = await compare({
      ours: { name: 'adapter', run: () => payWith(backend, take()) },
      floor: { name: 'raw', run: () => raw.pay(decoded(take())) },
      ...shape,
    })
    comparison(name, paid, 'throughput', '≥ 0.9')
  }
  try {
    await backend.connect()
    for (const parallel of [1, 16]) {
      const shape = { calls: 400, rounds, parallel, warmup: 400 }
      const made = await compare({
        ours: {
          name: 'adapter',
          run: () => backend.createInvoice({ amountMsat: satToMsat(1n), expirySeconds: 3600 }),
        },
        floor: { name: 'raw', run: () => raw.createInvoice() },
        ...shape,
      })
      comparison(`create_invoice, ${parallel} at a time`, made, 'throughput', '≥ 0.9')
      await measurePayments(`pay_invoice, ${parallel} at a time`, shape)
    }
    // real nodes took 90 to 230 ms for each in the captures
    await fake.slow(SLOW_MS)
    await measurePayments(`pay_invoice, 16 at a time, ${SLOW_MS} ms a step`, {
      calls: 400,
      rounds,
      parallel: 16,
      warmup: 400,
    })
  } finally {
    raw.close()
    await backend.close()
    await fake.stop()
  }
  await readHistory(kind, open)
}

/** Whoever pays has to know whom and how much, which costs more than the fake's answer. */
function decoded(invoice: string): string {
  decodeInvoice(invoice)
  return invoice
}

async function payWith(backend: LightningBackend, invoice: string): Promise<void> {
  const { status } = await backend.payInvoice({ invoice, maxFeeMsat: msat(MAX_FEE_MSAT) })
  if (status !== 'settled') throw new Error(`a payment of the bench is ${status}`)
}

/** The history page by page, with what it leaves in memory at its largest. */
async function readHistory(kind: 'cln' | 'eclair', open: Open): Promise<void> {
  const fake = await startFake(kind, PAST)
  const { backend, raw } = await open(fake.place)
  try {
    await backend.connect()
    await readPages(backend)
  } finally {
    raw.close()
    await backend.close()
    await fake.stop()
  }
}

async function readPages(backend: LightningBackend): Promise<void> {
  const used = () => {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }
  const before = used()
  let [pages, entries, largest] = [0, 0, before]
  const started = performance.now()
  for (let cursor: string | undefined; ; ) {
    const page = await backend.listTransactions({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    pages += 1
    entries += page.items.length
    if (pages % 10 === 0) largest = Math.max(largest, used())
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  const perPage = (performance.now() - started) / pages
  line(
    `history, ${entries} entries in pages of ${PAGE}`,
    `${perPage.toFixed(1)} ms a page, ${((largest - before) / 1e6).toFixed(1)} MB more at most`,
    'constant memory',
  )
}

type Open = (place: { socketPath: string; url: string; password: string }) => Promise<{
  backend: LightningBackend
  raw: Raw
}>

const openCln: Open = async ({ socketPath }) => {
  const { call, close } = await openRawCln(socketPath)
  return {
    backend: createClnBackend({ socket: socketPath }),
    raw: {
      createInvoice: () =>
        call('invoice', { amount_msat: 1000, label: randomUUID(), description: '', expiry: 3600 }),
      pay: (invstring) => call('xpay', { invstring, maxfee: Number(MAX_FEE_MSAT), retry_for: RETRY_SECONDS }),
      close,
    },
  }
}

const openEclair: Open = async ({ url, password }) => {
  const { call, close } = openRawEclair(url, password)
  const pay = async (invoice: string): Promise<void> => {
    const id = await call<string>('payinvoice', { invoice, maxFeeFlatSat: '10', maxFeePct: '0' })
    for (;;) {
      const parts = await call<{ status: { type: string } }[]>('getsentinfo', { id })
      if (parts.length > 0 && parts.every(({ status }) => status.type === 'sent')) return
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
  return {
    backend: createEclairBackend({ url, password }),
    raw: {
      createInvoice: () => call('createinvoice', { amountMsat: '1000', description: '', expireIn: '3600' }),
      pay,
      close,
    },
  }
}

/** The adapters of Core Lightning and Eclair on their fakes, against the fakes called raw. */
export const fakes = async (rounds: number): Promise<void> => {
  heading('Core Lightning, a fake, against the fake called directly')
  await measure('cln', rounds, openCln)
  heading('Eclair, a fake, against the fake called directly')
  await measure('eclair', rounds, openEclair)
}
