import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { signDocument } from '../../src/owner/signed-document.ts'
import { pauseSpending, pauseState, resumeSpending } from '../../src/safety/pause-spending.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import type { ApprovalId } from '../../src/wallet.ts'
import { ASKS, decide, owner as owners } from '../approvals/support.ts'
import { KINDS, LIMITS, REQUESTS, spendWorld, times } from '../spending/spend-world.ts'
import { FakeService } from '../support/fake-service.ts'
import { openStore } from '../support/stores.ts'
import { rest } from '../support/test-clock.ts'
import { temporaryFolder, World } from '../support/world.ts'

const PAUSED = { code: 'spending_paused', sent: 'no' }
const key = generateOwnerKey()
const owner = { required: false, publicKey: key.publicKey }
const { publicKey } = key

/** A pause record and a resume of it, as they lie in the store. */
const metaOf = (store: WalletStore, name: string) => store.read((reader) => reader.getMeta(name))
const setMeta = (store: WalletStore, name: string, value: string) =>
  store.transaction((writer) => writer.setMeta(name, value))

async function noncesOf(store: WalletStore): Promise<string> {
  const { pause } = await pauseState(store, { publicKey })
  return pause?.nonce ?? ''
}

describe('the kill switch', () => {
  it('stops another process on the store with its next call', async () => {
    const world = new World()
    const [one, two] = [await world.start(), await world.start()]
    const pay = () => two.wallet.pay({ destination: world.invoice().invoice })
    await pay()
    await one.wallet.pause('too much is leaving')
    await expect(pay()).rejects.toMatchObject({ ...PAUSED, message: expect.stringContaining('too much') })
    expect(world.node.requests).toHaveLength(1)
    expect(await two.wallet.getBudget()).toMatchObject({
      reservedMsat: 0n,
      paused: { reason: expect.stringContaining('too much'), since: world.clock.now() / 1000 },
    })
  })

  it('holds after a restart, until it is resumed', async () => {
    const world = new World()
    const { store, kill } = await world.start()
    await pauseSpending(store, { reason: 'for the night' })
    kill()
    const said: string[] = []
    const log = { info: () => {}, error: () => {}, warn: (text: string) => void said.push(text) }
    const { wallet } = await world.start({ log })
    expect(said.filter((text) => text.includes('for the night'))).toHaveLength(1)
    const { invoice } = world.invoice()
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject(PAUSED)
    await resumeSpending(store)
    expect((await wallet.pay({ destination: invoice })).state).toBe('settled')
    expect((await wallet.getBudget()).paused).toBeUndefined()
  })

  it('lets receiving, reading, replays and look-ups go on', async () => {
    const world = new World({ memory: true })
    world.node.scripts.push({ do: 'settle' }, { do: 'lose-reply', outcome: 'settled' })
    const { wallet } = await world.start()
    const [paid, lost] = [world.invoice(), world.invoice()]
    await wallet.pay({ destination: paid.invoice })
    await wallet.pay({ destination: lost.invoice, waitSeconds: 0 })
    await wallet.pause('a test')
    expect(await wallet.pay({ destination: paid.invoice })).toMatchObject({
      state: 'settled',
      replayed: true,
    })
    expect((await wallet.getPayment({ paymentHash: lost.paymentHash }))?.state).toBe('settled')
    expect((await wallet.getBalance()).spendableMsat).toBeGreaterThan(0n)
    expect((await wallet.listPayments({ limit: 10 })).items).toHaveLength(2)
    expect(world.node.requests).toHaveLength(2)
  })

  it('keeps a payment from being sent that was reserved before', async () => {
    const world = new World()
    const other = openStore(world.database)
    const { wallet, store } = await world.start({
      onStep: async (step) => {
        if (step === 'before-send') await pauseSpending(other)
      },
    })
    const { invoice, paymentHash } = world.invoice()
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject(PAUSED)
    expect(world.node.requests).toHaveLength(0)
    expect(await wallet.getPayment({ paymentHash })).toMatchObject({ state: 'failed', retry: 'same-call' })
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
    await resumeSpending(other)
    await other.close()
    expect(await store.read((reader) => reader.liveIntentByHash(paymentHash))).toBeUndefined()
  })

  it('keeps from sending what is tried again, minted or approved meanwhile', async () => {
    const world = new World()
    const other = openStore(world.database)
    const service = new FakeService(world)
    world.node.scripts.push({ do: 'fail' })
    const { wallet } = await world.start({
      ...ASKS,
      resolver: service,
      onStep: async (step) => {
        if (step === 'minted') await pauseSpending(other, { publicKey: ASKS.owner?.publicKey })
      },
    })
    const small = { amountMsat: 50_000n }
    const tried = { destination: world.invoice(small).invoice }
    expect((await wallet.pay(tried)).state).toBe('failed')
    const { approval } = await wallet.pay({ destination: world.invoice().invoice, waitSeconds: 0 })
    const minted = wallet.pay({ destination: 'bob@example.com', amountMsat: msat(50_000n) })
    await expect(minted).rejects.toMatchObject(PAUSED)
    expect(service.minted).toHaveLength(1)
    await expect(wallet.pay(tried)).rejects.toMatchObject(PAUSED)
    await decide(world, other, approval?.approvalId as ApprovalId, 'approve')
    await world.clock.advance(60_000)
    expect(world.node.requests).toHaveLength(1)
    await resumeSpending(other, { publicKey: ASKS.owner?.publicKey, key: owners })
    await world.clock.advance(60_000)
    expect(world.node.requests).toHaveLength(2)
    await other.close()
  })

  it.each(KINDS)('stops %s, and what of it is not sent yet', async (kind) => {
    const world = spendWorld()
    let late = false
    const { wallet, store } = await world.start({
      limits: LIMITS,
      onStep: async (step) => {
        if (late && step === 'before-send') await pauseSpending(store)
      },
    })
    await wallet.pause('a test')
    await expect(wallet.spend(REQUESTS[kind])).rejects.toMatchObject(PAUSED)
    await resumeSpending(store)
    late = true
    await expect(wallet.spend(REQUESTS[kind])).rejects.toMatchObject(PAUSED)
    expect(times(world, kind)).toBe(0)
    expect((await wallet.getBudget()).reservedMsat).toBe(0n)
    late = false
    await resumeSpending(store)
    await wallet.spend({ ...REQUESTS[kind], waitSeconds: 0 })
    expect(times(world, kind)).toBe(1)
  })

  it('sends nothing where the store cannot say whether it is paused', async () => {
    const world = new World({ memory: true })
    const { wallet, store } = await world.start({
      onStep(step) {
        if (step === 'before-send') store.read = () => Promise.reject(new Error('gone'))
      },
    })
    const { read } = store
    const paying = wallet.pay({ destination: world.invoice().invoice })
    await expect(paying).rejects.toMatchObject(PAUSED)
    store.read = read
    expect(world.node.requests).toHaveLength(0)
  })

  it('holds in its process at once and is recorded when the store can', async () => {
    const world = new World({ memory: true })
    const { wallet, store } = await world.start()
    const { transaction } = store
    store.transaction = () => Promise.reject(new Error('the disk is full'))
    const pausing = wallet.pause('a full disk')
    await rest()
    store.transaction = transaction
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject(PAUSED)
    await world.clock.advance(10_000)
    await pausing
    expect((await pauseState(store)).pause).toMatchObject({ reason: 'a full disk', ways: ['program'] })
  })

  it('counts a pause record that cannot be read as a pause', async () => {
    const world = new World({ memory: true })
    const { wallet, store } = await world.start()
    await setMeta(store, 'spending_pause', '{')
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject(PAUSED)
    await expect(resumeSpending(store)).rejects.toMatchObject({ code: 'invalid_request' })
    await pauseSpending(store)
    expect((await resumeSpending(store)).paused).toBe(false)
  })

  it('stays paused when the clock jumps back', async () => {
    const world = new World({ memory: true })
    const { wallet } = await world.start()
    await wallet.pause('a test')
    await world.clock.jump(-86_400_000)
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject(PAUSED)
  })
})

describe('the kill file', () => {
  it('pauses while it is there and after it was removed', async () => {
    const world = new World()
    const killFile = join(temporaryFolder(), 'PAUSE')
    const { wallet, store } = await world.start({ killFile })
    const { invoice } = world.invoice()
    writeFileSync(killFile, '')
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject(PAUSED)
    await expect(resumeSpending(store, { killFile })).rejects.toThrow(/still there/)
    rmSync(killFile)
    await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject(PAUSED)
    const again = await world.start({ killFile })
    await expect(again.wallet.pay({ destination: invoice })).rejects.toMatchObject(PAUSED)
    expect(world.node.requests).toHaveLength(0)
    await resumeSpending(store, { killFile })
    expect((await again.wallet.pay({ destination: invoice })).state).toBe('settled')
  })

  it('is recorded by a process that only starts', async () => {
    const world = new World()
    const killFile = join(temporaryFolder(), 'PAUSE')
    writeFileSync(killFile, '')
    const { store } = await world.start({ killFile })
    rmSync(killFile)
    await expect.poll(async () => (await pauseState(store)).pause?.ways).toEqual(['file'])
  })

  it('counts as there where nobody can look', async () => {
    const world = new World({ memory: true })
    const { wallet } = await world.start({ killFile: join(temporaryFolder(), 'long'.repeat(100)) })
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject(PAUSED)
  })
})

describe('resuming with an owner’s key', () => {
  /** A paused wallet whose owner has a key. */
  async function paused() {
    const world = new World({ memory: true })
    const { wallet, store } = await world.start({ owner })
    await setMeta(store, 'ledger_id', 'aa'.repeat(16))
    await pauseSpending(store, { publicKey })
    const mayPay = () =>
      wallet.pay({ destination: world.invoice().invoice }).then(
        () => true,
        (error: unknown) => {
          if (LightningError.is(error) && error.code === 'spending_paused') return false
          throw error
        },
      )
    const put = (document: object, signature?: string) =>
      setMeta(store, 'spending_resume', JSON.stringify({ document, signature }))
    return { store, mayPay, put, clock: world.clock }
  }
  const document = async (store: WalletStore, change: object = {}) => ({
    ledgerId: 'aa'.repeat(16),
    pauseNonce: await noncesOf(store),
    atMs: 1,
    ...change,
  })

  it('takes the key, and only that one', async () => {
    const { store, mayPay } = await paused()
    await expect(resumeSpending(store, { publicKey })).rejects.toMatchObject({ code: 'permission_denied' })
    const stranger = { publicKey, key: generateOwnerKey() }
    await expect(resumeSpending(store, stranger)).rejects.toMatchObject({ code: 'permission_denied' })
    expect(await mayPay()).toBe(false)
    expect((await resumeSpending(store, { publicKey, key })).paused).toBe(false)
    expect(await mayPay()).toBe(true)
  })

  it('believes no resume that is unsigned, forged or of another ledger', async () => {
    const { store, mayPay, put } = await paused()
    const right = await document(store)
    const elsewhere = await document(store, { ledgerId: 'bb'.repeat(16) })
    await put(right)
    expect(await mayPay()).toBe(false)
    await put(right, signDocument('resume', right, generateOwnerKey()))
    expect(await mayPay()).toBe(false)
    await put({ ...right, atMs: 2 }, signDocument('resume', right, key))
    expect(await mayPay()).toBe(false)
    await put(right, signDocument('policy', right, key))
    expect(await mayPay()).toBe(false)
    await put(elsewhere, signDocument('resume', elsewhere, key))
    expect(await mayPay()).toBe(false)
    await put(right, signDocument('resume', right, key))
    expect(await mayPay()).toBe(true)
  })

  it('ends one pause and none that comes later', async () => {
    const { store, mayPay } = await paused()
    await resumeSpending(store, { publicKey, key })
    const earlier = (await metaOf(store, 'spending_resume')) ?? ''
    await pauseSpending(store, { publicKey })
    expect(await mayPay()).toBe(false)
    await resumeSpending(store, { publicKey, key })
    await pauseSpending(store, { publicKey })
    await setMeta(store, 'spending_resume', earlier)
    expect(await mayPay()).toBe(false)
  })

  it('does not end a pause that came while it was signed', async () => {
    const { store, mayPay, put, clock } = await paused()
    const first = await document(store)
    const since = (await pauseState(store, { publicKey })).pause?.sinceMs
    await pauseSpending(store, { publicKey, reason: 'again', nowMs: clock.now() + 1 })
    await put(first, signDocument('resume', first, key))
    expect(await mayPay()).toBe(false)
    expect((await pauseState(store, { publicKey })).pause).toMatchObject({ sinceMs: since, reason: 'again' })
  })
})
