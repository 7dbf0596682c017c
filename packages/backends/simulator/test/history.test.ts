import { msat, preimage, sat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { createSimulatedNetwork } from '../src/index.ts'

const COUNT = 10_000

const secret = (index: number) => preimage(index.toString(16).padStart(64, '0'))

test('ten thousand payments page without gap while new ones arrive', async () => {
  const network = createSimulatedNetwork({
    seed: 'history',
    topology: {
      nodes: [{ name: 'alice' }, { name: 'hub' }],
      channels: [{ between: ['alice', 'hub'], capacitySat: sat(100_000_000n) }],
    },
  })
  const alice = network.wallet('alice')
  const destination = network.nodes.find(({ name }) => name === 'hub')!.nodeId
  const send = (index: number) =>
    alice.keysend!.send({
      destination,
      amountMsat: msat(BigInt(index)),
      maxFeeMsat: msat(0n),
      preimage: secret(index),
    })
  for (let index = 1; index <= COUNT; index += 1) await send(index)
  const seen: bigint[] = []
  let cursor: string | undefined
  let later = COUNT
  do {
    const page = await alice.listTransactions({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...page.items.map(({ amountMsat }) => amountMsat!))
    cursor = page.nextCursor
    later += 1
    await send(later)
  } while (cursor !== undefined)
  expect(seen).toEqual(Array.from({ length: COUNT }, (_, index) => BigInt(COUNT - index)))
})

test('directions, states and times narrow the history', async () => {
  const network = createSimulatedNetwork({ seed: 'filter' })
  const alice = network.wallet('alice')
  const paid = await alice.createInvoice({ amountMsat: msat(5000n), expirySeconds: 60 })
  const open = await alice.createInvoice({ amountMsat: msat(6000n), expirySeconds: 60 })
  await alice.controls.payTestInvoice({ invoice: paid.invoice! })
  const { invoice } = await alice.controls.createTestInvoice({ amountMsat: msat(7000n) })
  const { paymentHash } = await alice.payInvoice({ invoice, maxFeeMsat: msat(10_000n) })
  const hashes = async (query: object) =>
    (await alice.listTransactions({ limit: 10, ...query })).items.map((item) => item.paymentHash)
  expect(await hashes({})).toEqual([paymentHash, open.paymentHash, paid.paymentHash])
  expect(await hashes({ direction: 'incoming' })).toEqual([open.paymentHash, paid.paymentHash])
  expect(await hashes({ statuses: ['settled'] })).toEqual([paymentHash, paid.paymentHash])
  expect(await hashes({ to: paid.createdAt })).toEqual([])
  expect(await hashes({ from: paid.createdAt + 1000 })).toEqual([])
})

test.each([{ limit: 0 }, { limit: 1001 }, { limit: 1.5 }, { limit: 10, cursor: 'elsewhere' }])(
  'the page request %o is refused',
  async (request) => {
    const alice = createSimulatedNetwork().wallet('alice')
    await expect(alice.listTransactions(request)).rejects.toMatchObject({ code: 'invalid_request' })
  },
)
