import { LightningError } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { createLedgerCertificate, writeLedgerMeta } from '../../src/owner/ledger-certificate.ts'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { World } from '../support/world.ts'

const key = generateOwnerKey()
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (LightningError.is(error) ? error.code : 'not ours'),
  )

describe('the ledger gate', () => {
  const identity = new World({ memory: true }).node.profile.identity
  const other = { ...identity, id: 'another' }
  const made = createLedgerCertificate({ identity, key })
  it.each([
    ['no certificate', { ...made, certificate: undefined }, key.publicKey, /database the ledger/],
    ['no key', made, undefined, /no owner’s key/],
    ['another key', made, generateOwnerKey().publicKey, /another owner/],
    ['another node', createLedgerCertificate({ identity: other, key }), key.publicKey, /another node/],
    ['another ledger', { ...made, ledgerId: 'f'.repeat(32) }, key.publicKey, /does not fit/],
    ['a broken certificate', { ...made, certificate: '{' }, key.publicKey, /does not fit/],
  ])('%s: spends nothing and reads all the same', async (_, meta, publicKey, message) => {
    const world = new World({ memory: true })
    const owner = { required: true, ...(publicKey === undefined ? {} : { publicKey }) }
    const { wallet, store } = await world.start({ owner })
    await store.transaction(async (writer) => {
      await writer.setMeta('ledger_id', meta.ledgerId)
      if (meta.certificate !== undefined) await writer.setMeta('ledger_certificate', meta.certificate)
    })
    const refused = wallet.pay({ destination: world.invoice().invoice })
    await expect(refused).rejects.toMatchObject({ code: 'spending_paused', message, sent: 'no' })
    await expect(refused).rejects.toMatchObject({ hint: expect.stringContaining('owner init') })
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
    expect(world.node.requests).toHaveLength(0)
    expect((await wallet.getBalance()).spendableMsat).toBeGreaterThan(0n)
  })

  it('spends from the ledger that the owner certified', async () => {
    const world = new World({ memory: true })
    const { wallet, store } = await world.start({ owner: { required: true, publicKey: key.publicKey } })
    await store.transaction((writer) => writeLedgerMeta(writer, made))
    expect(await codeOf(wallet.pay({ destination: world.invoice().invoice }))).toBe('done')
    await store.transaction((writer) => writer.setMeta('ledger_certificate', '{}'))
    expect(await codeOf(wallet.pay({ destination: world.invoice().invoice }))).toBe('spending_paused')
  })

  it('leaves a record of what it stopped, for the owner', async () => {
    const world = new World({ memory: true })
    const { wallet, store } = await world.start({ owner: { required: true } })
    const { invoice } = world.invoice()
    expect(await codeOf(wallet.pay({ destination: invoice }))).toBe('spending_paused')
    const decisions = await store.read((reader) => reader.decisions('default', 10))
    expect(decisions).toMatchObject([
      {
        verdict: 'refused',
        code: 'spending_paused',
        destination: invoice,
        rules: [{ rule: 'spending_stopped', allowed: false, detail: expect.stringMatching(/owner’s key/) }],
      },
    ])
    expect(decisions[0]?.paymentId).toBeUndefined()
  })
})
