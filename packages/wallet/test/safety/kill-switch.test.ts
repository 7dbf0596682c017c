import { rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { msat } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { pauseSpending, pauseState, resumeSpending } from '../../src/safety/pause-spending.ts'
import type { ApprovalId } from '../../src/wallet.ts'
import { ASKS, decide, owner as owners } from '../approvals/support.ts'
import { KINDS, LIMITS, REQUESTS, spendWorld, times } from '../spending/spend-world.ts'
import { FakeService } from '../support/fake-service.ts'
import { openStore } from '../support/stores.ts'
import { rest } from '../support/test-clock.ts'
import { temporaryFolder, World } from '../support/world.ts'

const PAUSED = { code: 'spending_paused', sent: 'no' }

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
    const { pause } = await pauseSpending(store, { reason: 'for the night' })
    expect(pause).toMatchObject({ who: userInfo().username, ways: ['command'], reason: 'for the night' })
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
    await store.transaction((writer) => writer.setMeta('spending_pause', '{'))
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

  it('is recorded by a resume that it refuses', async () => {
    const world = new World()
    const { wallet, store } = await world.start()
    const killFile = join(temporaryFolder(), 'PAUSE')
    writeFileSync(killFile, '')
    await expect(resumeSpending(store, { killFile })).rejects.toThrow(/still there/)
    rmSync(killFile)
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject(PAUSED)
  })

  it('counts as there where nobody can look', async () => {
    const world = new World({ memory: true })
    const { wallet } = await world.start({ killFile: join(temporaryFolder(), 'long'.repeat(100)) })
    await expect(wallet.pay({ destination: world.invoice().invoice })).rejects.toMatchObject(PAUSED)
  })
})
