import { LightningError } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { signDocument } from '../../src/owner/signed-document.ts'
import { pauseSpending, pauseState, resumeSpending } from '../../src/safety/pause-spending.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import { World } from '../support/world.ts'

const key = generateOwnerKey()
const owner = { required: false, publicKey: key.publicKey }
const { publicKey } = key

/** A pause record and a resume of it, as they lie in the store. */
const metaOf = (store: WalletStore, name: string) => store.read((reader) => reader.getMeta(name))
const setMeta = (store: WalletStore, name: string, value: string) =>
  store.transaction((writer) => writer.setMeta(name, value))

async function nonceOf(store: WalletStore): Promise<string> {
  const { pause } = await pauseState(store, { publicKey })
  return pause?.nonce ?? ''
}

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
    pauseNonce: await nonceOf(store),
    atMs: 1,
    ...change,
  })

  it('takes the key also where its public half is not there', async () => {
    const { store, mayPay } = await paused()
    await expect(resumeSpending(store)).rejects.toMatchObject({ code: 'permission_denied' })
    expect(await metaOf(store, 'spending_resume')).toBeUndefined()
    expect(await mayPay()).toBe(false)
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
