import { LightningError } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { transfer, verifyTransfers } from '../../src/accounts/transfer.ts'
import { appendEntry } from '../../src/ledger/append-entry.ts'
import { createLedgerCertificate, writeLedgerMeta } from '../../src/owner/ledger-certificate.ts'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { signDocument } from '../../src/owner/signed-document.ts'
import { balanceOf, recompute, SharedWorld } from '../support/shared-world.ts'
import { ask } from '../support/stores.ts'

const code = (wanted: string) => (error: unknown) => LightningError.is(error) && error.code === wanted

async function certified({ memory = true } = {}) {
  const world = new SharedWorld({ memory })
  const { store } = await world.start()
  await world.tracked(store, 'alice')
  const key = generateOwnerKey()
  const certificate = createLedgerCertificate({ identity: world.shared.identity, key })
  await store.transaction((writer) => writeLedgerMeta(writer, certificate))
  const { ledgerId } = certificate
  const figure = { spendableMsat: world.shared.spendableMsat, seq: 0, atMs: world.clock.now() } as never
  const move = (amountMsat: bigint, signer = key) =>
    transfer(store, {
      account: 'alice',
      amountMsat,
      figure,
      note: 'pocket money',
      nowMs: world.clock.now(),
      sign: (document) => signDocument('account-transfer', document, signer),
    })
  const faults = () => store.read((reader) => verifyTransfers(reader, { ledgerId, publicKey: key.publicKey }))
  return { world, store, key, move, faults }
}

describe('what the owner gives and takes', () => {
  test('is signed, booked and verified', async () => {
    const { store, move, faults } = await certified()
    await move(5_000n)
    await move(-2_000n)
    expect(await balanceOf(store, 'alice')).toMatchObject({ fundsMsat: 3_000n, outsideMsat: -3_000n })
    expect(await faults()).toEqual([])
    await recompute(store)
  })

  test('needs the owner’s signature in a certified ledger', async () => {
    const { store } = await certified()
    const call = transfer(store, { account: 'alice', amountMsat: -1n })
    await expect(call).rejects.toSatisfy(code('permission_denied'))
  })

  test.each([true, false])('whose record’s answer was lost is told (database back: %j)', async (isBack) => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice', 5_000n)
    const lost = new LightningError({ code: 'unavailable', message: 'lost while it saved' })
    const shaky = {
      ...store,
      async transaction<T>(work: Parameters<typeof store.transaction<T>>[0]): Promise<T> {
        await store.transaction(work)
        throw lost
      },
      ...(isBack ? {} : { read: () => Promise.reject(lost) }),
    }
    const { read } = store
    let reads = 0
    const once = { ...shaky, read: (work: never) => (reads++ === 0 ? read(work) : shaky.read(work)) }
    const call = transfer(once as typeof store, { account: 'alice', amountMsat: -1_000n })
    if (isBack) expect(await call).toMatchObject({ amountMsat: -1_000n })
    else await expect(call).rejects.toMatchObject({ hint: expect.stringMatching(/before you .* again/) })
    expect((await balanceOf(store, 'alice')).fundsMsat).toBe(4_000n)
  })

  test('signed by somebody else shows in the audit', async () => {
    const { move, faults } = await certified()
    await move(5_000n, generateOwnerKey())
    expect(await faults()).toMatchObject([
      { account: 'alice', message: expect.stringContaining('signature') },
    ])
  })

  test('written into the journal by hand shows in the audit', async () => {
    const { store, move, faults } = await certified()
    const { nonce } = await move(5_000n)
    const row = {
      atMs: 1,
      account: 'bob',
      event: 'credited' as const,
      fundsMsat: 5_000n,
      reservedMsat: 0n,
      paidMsat: 0n,
      feesMsat: 0n,
      capitalMsat: 0n,
      outsideMsat: -5_000n,
      limitScopes: [],
      chargedMsat: 0n,
      chargedCount: 0,
    }
    // the same one again for the same account is refused by the database
    const again = store.transaction((writer) =>
      appendEntry(writer, { ...row, account: 'alice', note: `transfer ${nonce}` }),
    )
    await expect(again).rejects.toThrow()
    await store.transaction((writer) => appendEntry(writer, { ...row, note: `transfer ${nonce}` }))
    await store.transaction((writer) => appendEntry(writer, { ...row, note: 'a gift' }))
    expect(await faults()).toHaveLength(2)
  })

  test('is never changed afterwards: the database refuses it', async () => {
    const { world, store, move } = await certified({ memory: false })
    await move(5_000n)
    await store.close()
    for (const text of ['update account_transfers set amount_msat = 6000', 'delete from account_transfers'])
      await expect(ask(world.database, text)).rejects.toThrow(/append-only/)
  })

  test.each([
    { name: 'nothing', change: { amountMsat: 0n }, wanted: 'invalid_request' },
    { name: 'more than the account holds', change: { amountMsat: -1n }, wanted: 'insufficient_balance' },
    { name: 'an account that is not there', change: { account: 'nobody' }, wanted: 'not_ready' },
    { name: 'an account of its own', change: { account: 'mine' }, wanted: 'invalid_request' },
  ])('refuses $name', async ({ change, wanted }) => {
    const world = new SharedWorld()
    const { store } = await world.start()
    await world.tracked(store, 'alice')
    await world.makeAccount('mine', 'own', { store, node: world.shared })
    const call = transfer(store, { account: 'alice', amountMsat: -5n, ...change })
    await expect(call).rejects.toSatisfy(code(wanted))
  })
})
