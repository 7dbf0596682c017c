import { satToMsat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/create-account.ts'
import { decideApproval, listApprovals } from '../../src/approvals/decide-approval.ts'
import { signDocument } from '../../src/owner/signed-document.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import { rest } from '../support/test-clock.ts'
import { World } from '../support/world.ts'
import { AMOUNT, ASKS, approvalOf, decide, owner, read, service, stranger, tamper } from './support.ts'

const HOUR_MS = 3_600_000

/** A payment that waits for the owner. */
async function waiting(
  options: Parameters<World['start']>[0] = {},
  invoice: Parameters<World['invoice']>[0] = {},
) {
  const world = new World()
  const process = await world.start({ ...ASKS, ...options })
  const { invoice: destination } = world.invoice({ expirySeconds: 7_200, ...invoice })
  const asked = await process.wallet.pay({ destination, waitSeconds: 0 })
  // the approval worker has had its first look
  await world.clock.advance(0)
  return { world, ...process, destination, asked, approvalId: approvalOf(asked) }
}

/** A wallet of another account of the same ledger. */
async function otherAccount(world: World, store: WalletStore) {
  const { identity } = world.node.profile
  await createAccount(store, { name: 'other', kind: 'own', identity, nowMs: world.clock.now() })
  return world.start({ ...ASKS, account: 'other' })
}

describe('a payment above the threshold', () => {
  test('waits for the owner with nothing reserved and nothing sent', async () => {
    const { world, wallet, store, asked, approvalId } = await waiting()
    expect(asked).toMatchObject({ state: 'awaiting_approval', replayed: false, amountMsat: AMOUNT })
    expect(asked.approval).toMatchObject({
      expiresAt: (world.clock.now() + HOUR_MS) / 1000,
      mayElicit: false,
    })
    expect(await wallet.getBudget()).toMatchObject({ reservedMsat: 0n, spentMsat: 0n })
    expect(world.node.requests).toEqual([])
    expect(await read(store, approvalId)).toMatchObject({ state: 'pending', amountMsat: AMOUNT, attempt: 1 })
  })

  test('below it nothing is asked', async () => {
    const world = new World()
    const { wallet } = await world.start(ASKS)
    const paid = await wallet.pay({ destination: world.invoice({ amountMsat: 100_000n }).invoice })
    expect(paid.state).toBe('settled')
    expect(paid.approval).toBeUndefined()
  })

  test('is sent once the owner approves, though nobody calls', async () => {
    const { world, wallet, store, asked, approvalId } = await waiting()
    await decide(world, store, approvalId, 'approve')
    await world.clock.advance(1_000)
    expect(await wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({ state: 'settled' })
    expect(await read(store, approvalId)).toMatchObject({ state: 'used', decidedBy: 'cli' })
    expect(world.node.requests).toHaveLength(1)
  })

  test('a call that waits sees the decision and the payment', async () => {
    const world = new World()
    const { wallet, store } = await world.start(ASKS)
    const told: string[] = []
    const paying = wallet.pay({
      destination: world.invoice().invoice,
      waitSeconds: 30,
      onProgress: ({ message }) => told.push(message),
    })
    await rest()
    const [approval] = await listApprovals(store, { nowMs: world.clock.now() })
    await decide(world, store, approval?.approvalId as never, 'approve')
    await world.clock.advance(1_000)
    expect(await paying).toMatchObject({ state: 'settled', replayed: false })
    expect(told).toContain('waiting for the owner’s approval')
  })

  test('the same call again finds it, and goes on once approved', async () => {
    const { world, wallet, store, destination, asked, approvalId } = await waiting()
    expect(await wallet.pay({ destination, waitSeconds: 0 })).toMatchObject({
      paymentId: asked.paymentId,
      state: 'awaiting_approval',
      replayed: true,
    })
    await decide(world, store, approvalId, 'approve')
    expect(await wallet.pay({ destination })).toMatchObject({ paymentId: asked.paymentId, state: 'settled' })
    expect(world.node.requests).toHaveLength(1)
  })

  test('another key for the same invoice is told that it is under way', async () => {
    const { wallet, destination } = await waiting()
    await expect(wallet.pay({ destination, idempotencyKey: 'other', waitSeconds: 0 })).rejects.toMatchObject({
      code: 'in_progress',
    })
  })

  test('is found by its approval id', async () => {
    const { wallet, asked, approvalId } = await waiting()
    expect(await wallet.getPayment({ approvalId })).toMatchObject({ paymentId: asked.paymentId })
    expect((await wallet.waitForPayment({ approvalId, waitSeconds: 0 })).payment?.state).toBe(
      'awaiting_approval',
    )
  })

  test('is sent by another process after the first one died', async () => {
    const { world, kill, store, asked, approvalId } = await waiting()
    kill()
    await decide(world, store, approvalId, 'approve')
    const second = await world.start(ASKS)
    await world.clock.advance(1_000)
    expect(await second.wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({ state: 'settled' })
    expect(world.node.requests).toHaveLength(1)
  })

  test('two processes that see the approval send once', async () => {
    const { world, store, approvalId, wallet, asked } = await waiting()
    await world.start(ASKS)
    await decide(world, store, approvalId, 'approve')
    await world.clock.advance(31_000)
    expect(await wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({ state: 'settled' })
    expect(world.node.requests).toHaveLength(1)
  })

  test('an approved fee limit is what is sent', async () => {
    const world = new World()
    const { wallet, store } = await world.start(ASKS)
    const asked = await wallet.pay({
      destination: world.invoice().invoice,
      maxFeeMsat: satToMsat(3n),
      waitSeconds: 0,
    })
    await decide(world, store, approvalOf(asked), 'approve')
    await world.clock.advance(1_000)
    expect(world.node.requests).toMatchObject([{ maxFeeMsat: 3_000n }])
  })
})

describe('denied and expired', () => {
  test('a denial ends the payment with nothing sent', async () => {
    const { world, wallet, store, asked, approvalId } = await waiting()
    await decide(world, store, approvalId, 'deny')
    await world.clock.advance(1_000)
    expect(await wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({ state: 'denied' })
    expect(await read(store, approvalId)).toMatchObject({ state: 'denied' })
    expect(world.node.requests).toEqual([])
  })

  test('what nobody decided in time expires', async () => {
    const { world, wallet, store, asked, approvalId } = await waiting()
    await world.clock.jump(HOUR_MS)
    expect(await wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({ state: 'expired' })
    expect(await read(store, approvalId)).toMatchObject({ state: 'expired' })
    await expect(decide(world, store, approvalId, 'approve')).rejects.toMatchObject({
      code: 'approval_required',
    })
  })

  test('an approval does not outlive its invoice', async () => {
    const { world, asked } = await waiting({}, { expirySeconds: 600 })
    expect(asked.approval?.expiresAt).toBe(world.clock.now() / 1000 + 600)
  })

  test.each(['deny', 'expire'] as const)('after %s the next call asks anew', async (how) => {
    const { world, wallet, store, destination, asked, approvalId } = await waiting()
    if (how === 'deny') await decide(world, store, approvalId, 'deny')
    await (how === 'deny' ? world.clock.advance(1_000) : world.clock.jump(HOUR_MS))
    const again = await wallet.pay({ destination, waitSeconds: 0 })
    expect(again).toMatchObject({ state: 'awaiting_approval', replayed: false })
    expect(again.paymentId).not.toBe(asked.paymentId)
    expect(approvalOf(again)).not.toBe(approvalId)
  })

  test('the same key replays the denial', async () => {
    const world = new World()
    const { wallet, store } = await world.start(ASKS)
    const call = { destination: world.invoice().invoice, idempotencyKey: 'k', waitSeconds: 0 }
    const asked = await wallet.pay(call)
    await decide(world, store, approvalOf(asked), 'deny')
    const again = await wallet.pay(call)
    expect(again).toMatchObject({ state: 'denied', replayed: true, paymentId: asked.paymentId })
  })
})

describe('who is believed', () => {
  const refused = async (
    meddle: (given: Awaited<ReturnType<typeof waiting>>) => Promise<unknown>,
    options: Parameters<typeof waiting>[0] = {},
  ) => {
    const alarms: string[] = []
    const log = { info() {}, warn() {}, error: (text: string) => void alarms.push(text) }
    const given = await waiting({ log, ...options })
    await meddle(given)
    await given.world.clock.advance(2_000)
    expect(given.world.node.requests).toEqual([])
    return { ...given, alarms, record: await given.wallet.getPayment({ paymentId: given.asked.paymentId }) }
  }

  test('a decision signed with another key is refused and told', async () => {
    const { alarms, record, store, approvalId } = await refused(({ world, store, approvalId }) =>
      decide(world, store, approvalId, 'approve', stranger),
    )
    expect(record).toMatchObject({ state: 'awaiting_approval' })
    expect(alarms).toHaveLength(1)
    expect(await read(store, approvalId)).toMatchObject({ state: 'pending' })
  })

  test('an approval without a signature is refused', async () => {
    const { record } = await refused(({ world, store, approvalId }) =>
      tamper(store, approvalId, { state: 'approved', decidedBy: 'cli', decidedAtMs: world.clock.now() }),
    )
    expect(record).toMatchObject({ state: 'awaiting_approval' })
  })

  test('after a forged one the owner can still decide', async () => {
    const { world, store, approvalId, wallet, asked } = await refused(({ world, store, approvalId }) =>
      decide(world, store, approvalId, 'approve', stranger),
    )
    await decide(world, store, approvalId, 'approve')
    await world.clock.advance(1_000)
    expect(await wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({ state: 'settled' })
  })

  test.each([
    ['destination', { destination: 'lnbcrt1other' }],
    ['amount', { amountMsat: 5_000n }],
    ['largest fee', { maxFeeMsat: 0n }],
    ['payment', { paymentId: 'pay_other' }],
    ['account', { account: 'other' }],
    ['hash', { paymentHash: 'ab'.repeat(32) }],
    ['nonce', { nonce: 'cd'.repeat(16) }],
    ['expiry', { expiresAtMs: 2_000_000_000_000 }],
    ['approval', { approvalId: 'apr_other' }],
    ['moment', { decidedAtMs: 1_700_000_000_000 }],
    ['decision', { decision: 'deny' }],
    ['ledger', { ledgerId: 'another' }],
  ])('a signature over another %s is refused', async (_, change) => {
    const { record } = await refused(({ world, store, approvalId }) =>
      decideApproval(store, {
        approvalId,
        decision: 'approve',
        nowMs: world.clock.now(),
        sign: (document) => {
          const changed = Object.entries({ ...document, ...change }).map(([name, value]) => [
            name,
            typeof value === 'bigint' ? String(value) : value,
          ])
          return signDocument('approval-decision', Object.fromEntries(changed), owner)
        },
      }),
    )
    expect(record).toMatchObject({ state: 'awaiting_approval' })
  })

  test('a record that was changed under the owner’s eyes cancels the payment', async () => {
    const { record, alarms } = await refused(async ({ world, store, approvalId }) => {
      await tamper(store, approvalId, { amountMsat: 5_000n } as never)
      await decide(world, store, approvalId, 'approve')
    })
    expect(record).toMatchObject({ state: 'canceled' })
    expect(alarms).toHaveLength(1)
  })

  test('a decision for another approval is refused', async () => {
    const { record } = await refused(async ({ world, wallet, store, approvalId }) => {
      const { invoice } = world.invoice()
      const other = approvalOf(await wallet.pay({ destination: invoice, waitSeconds: 0 }))
      const { signature, decidedAtMs } = await decide(world, store, other, 'deny')
      await tamper(store, approvalId, {
        state: 'approved',
        decidedBy: 'cli',
        signature,
        decidedAtMs,
      } as never)
    })
    expect(record).toMatchObject({ state: 'awaiting_approval' })
  })

  test('a decision of another account’s approval is refused', async () => {
    const { record } = await refused(async ({ world, store, approvalId }) => {
      const other = await otherAccount(world, store)
      const { invoice } = world.invoice()
      const theirs = approvalOf(await other.wallet.pay({ destination: invoice, waitSeconds: 0 }))
      other.kill()
      const { signature, decidedAtMs } = await decide(world, store, theirs, 'approve')
      await tamper(store, approvalId, {
        state: 'approved',
        decidedBy: 'cli',
        signature,
        decidedAtMs,
      } as never)
    })
    expect(record).toMatchObject({ state: 'awaiting_approval' })
  })

  test('another account does not find it', async () => {
    const { world, store, approvalId } = await waiting()
    const other = await otherAccount(world, store)
    expect(await other.wallet.getPayment({ approvalId })).toBeUndefined()
    await expect(other.wallet.answerByElicitation({ approvalId, decision: 'approve' })).rejects.toMatchObject(
      { code: 'not_found' },
    )
  })

  test('an approval that ran out before it was used is refused', async () => {
    const { world, store, asked, approvalId, kill } = await waiting()
    kill()
    await decide(world, store, approvalId, 'approve')
    await world.clock.advance(HOUR_MS)
    const second = await world.start(ASKS)
    expect(await second.wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({ state: 'expired' })
    expect(world.node.requests).toEqual([])
  })

  test('a decision that is dated after the end is refused', async () => {
    const { record } = await refused(({ world, store, approvalId }) =>
      decideApproval(store, {
        approvalId,
        decision: 'approve',
        nowMs: world.clock.now(),
        sign: (document) =>
          signDocument('approval-decision', { ...document, decidedAtMs: document.expiresAtMs }, owner),
      }),
    )
    expect(record).toMatchObject({ state: 'awaiting_approval' })
  })

  test('an owner whose key is gone approves nothing', async () => {
    const { record } = await refused(
      ({ world, store, approvalId }) => decide(world, store, approvalId, 'approve'),
      { owner: { required: false } },
    )
    expect(record).toMatchObject({ state: 'awaiting_approval' })
  })

  test('an approval is used once', async () => {
    const { world, wallet, store, destination, approvalId } = await waiting()
    world.node.scripts.push({ do: 'fail', sameHashRetryable: true })
    await decide(world, store, approvalId, 'approve')
    expect(await wallet.pay({ destination })).toMatchObject({ state: 'failed', retry: 'same-call' })
    const again = await wallet.pay({ destination, waitSeconds: 0 })
    expect(again).toMatchObject({ state: 'awaiting_approval', attempt: 2 })
    expect(approvalOf(again)).not.toBe(approvalId)
    expect(await read(store, approvalId)).toMatchObject({ state: 'used' })

    const { signature, decidedAtMs } = await read(store, approvalId)
    await tamper(store, approvalOf(again), {
      state: 'approved',
      decidedBy: 'cli',
      signature,
      decidedAtMs,
    } as never)
    await world.clock.advance(2_000)
    expect(world.node.requests).toHaveLength(1)

    await decide(world, store, approvalOf(again), 'approve')
    expect(await wallet.pay({ destination })).toMatchObject({ state: 'settled', attempt: 2 })
    expect(world.node.requests).toHaveLength(2)
  })

  test('a decision is made once', async () => {
    const { world, store, approvalId } = await waiting()
    await decide(world, store, approvalId, 'deny')
    await expect(decide(world, store, approvalId, 'approve')).rejects.toMatchObject({
      code: 'already_exists',
    })
  })
})

test('nothing is signed where the record changed after the owner saw it', async () => {
  const { world, store, approvalId } = await waiting()
  const seen = await read(store, approvalId)
  await tamper(store, approvalId, { amountMsat: 5_000n } as never)
  let signed = false
  await expect(
    decideApproval(store, {
      approvalId,
      decision: 'approve',
      seen,
      nowMs: world.clock.now(),
      sign: () => {
        signed = true
        return ''
      },
    }),
  ).rejects.toMatchObject({ code: 'permission_denied' })
  expect(signed).toBe(false)
})

test('no more than the owner can look through are asked for', async () => {
  const { world, wallet, store } = await waiting()
  const pay = () => wallet.pay({ destination: world.invoice().invoice, waitSeconds: 0 })
  for (let i = 1; i < 50; i++) await pay()
  await expect(pay()).rejects.toMatchObject({ code: 'rate_limited' })
  const [newest] = await listApprovals(store, { nowMs: world.clock.now() })
  await decide(world, store, newest?.approvalId as never, 'deny')
  await world.clock.advance(1_000)
  expect((await pay()).state).toBe('awaiting_approval')
})

test('invoices that expire at once do not ask the owner without end', async () => {
  const { world, wallet, store } = await waiting()
  const pay = () => wallet.pay({ destination: world.invoice({ expirySeconds: 1 }).invoice, waitSeconds: 0 })
  const flood = async (most: number) => {
    for (let asked = 0; asked < most; asked++) {
      try {
        await pay()
      } catch (error) {
        return { asked, error }
      }
      await world.clock.advance(2_000)
    }
    return { asked: most, error: undefined }
  }
  const first = await flood(200)
  expect(first).toMatchObject({ asked: 99, error: { code: 'rate_limited', sent: 'no' } })
  expect(await listApprovals(store, { limit: 500, nowMs: world.clock.now() })).toHaveLength(100)
  await world.clock.advance(HOUR_MS)
  expect((await flood(1)).error).toBeUndefined()
})

test('while spending is paused an approved payment waits', async () => {
  const { world, wallet, store, asked, approvalId } = await waiting()
  await wallet.pause('a test')
  await decide(world, store, approvalId, 'approve')
  await world.clock.advance(30_000)
  expect(await wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({
    state: 'awaiting_approval',
  })
  expect(await read(store, approvalId)).toMatchObject({ state: 'approved' })
  expect(world.node.requests).toEqual([])
})

describe('limits hold after the approval as well', () => {
  const limits = { ...ASKS.limits, maxPerDayMsat: satToMsat(1_500n) }

  test('an approval whose limits ran out meanwhile ends canceled', async () => {
    const { world, wallet, store, asked, approvalId, destination } = await waiting({ limits })
    for (let i = 0; i < 6; i++)
      await wallet.pay({ destination: world.invoice({ amountMsat: 90_000n }).invoice })
    const sent = world.node.requests.length
    expect(sent).toBe(6)
    await decide(world, store, approvalId, 'approve')
    await world.clock.advance(1_000)
    expect(await wallet.getPayment({ paymentId: asked.paymentId })).toMatchObject({
      state: 'canceled',
      failure: { reason: 'budget_exceeded' },
    })
    expect(await read(store, approvalId)).toMatchObject({ state: 'canceled' })
    expect(world.node.requests).toHaveLength(sent)
    await expect(wallet.pay({ destination })).rejects.toMatchObject({ code: 'budget_exceeded' })
  })

  test('what a limit refuses is not asked for', async () => {
    const world = new World()
    const { wallet, store } = await world.start({ ...ASKS, limits })
    await expect(
      wallet.pay({ destination: world.invoice({ amountMsat: 2_000_000n }).invoice }),
    ).rejects.toMatchObject({ code: 'budget_exceeded' })
    expect(await listApprovals(store)).toEqual([])
  })
})

describe('a destination that mints', () => {
  const address = { destination: 'tips@shop.example', amountMsat: AMOUNT, waitSeconds: 0 }

  async function asked(options: Parameters<typeof service>[1] = {}) {
    const world = new World()
    const shop = service(world, options)
    const process = await world.start({ ...ASKS, resolver: shop.resolver })
    const first = await process.wallet.pay(address)
    return { world, shop, ...process, first, approvalId: approvalOf(first) }
  }

  test('mints nothing before the approval and pays after it', async () => {
    const { world, shop, wallet, store, first, approvalId } = await asked()
    expect(shop.minted).toEqual([])
    await decide(world, store, approvalId, 'approve')
    await world.clock.advance(1_000)
    expect(await wallet.getPayment({ paymentId: first.paymentId })).toMatchObject({ state: 'settled' })
    expect(shop.minted).toHaveLength(1)
    expect(await read(store, approvalId)).toMatchObject({ state: 'used' })
  })

  test('the approval stays good while the service is away', async () => {
    const { world, shop, wallet, store, first, approvalId } = await asked()
    shop.faults.push(new Error('away'))
    await decide(world, store, approvalId, 'approve')
    await world.clock.advance(1_000)
    expect(await wallet.getPayment({ paymentId: first.paymentId })).toMatchObject({
      state: 'awaiting_approval',
    })
    expect(await read(store, approvalId)).toMatchObject({ state: 'approved' })
    await world.clock.advance(6_000)
    expect(await wallet.getPayment({ paymentId: first.paymentId })).toMatchObject({ state: 'settled' })
    expect(world.node.requests).toHaveLength(1)
  })

  test('a pinned invoice that ran out is replaced under the same approval', async () => {
    const { world, shop, wallet, store, approvalId } = await asked({ expirySeconds: 600 })
    world.node.scripts.push({ do: 'fail', sameHashRetryable: true })
    await decide(world, store, approvalId, 'approve')
    expect(await wallet.pay({ ...address, waitSeconds: 5 })).toMatchObject({ state: 'failed' })
    // its invoice is still good, so the next attempt waits with it
    const again = await wallet.pay(address)
    expect(again).toMatchObject({ state: 'awaiting_approval', attempt: 2 })
    expect(shop.minted).toHaveLength(1)
    await world.clock.jump(601_000)
    await decide(world, store, approvalOf(again), 'approve')
    expect(await wallet.pay({ ...address, waitSeconds: 5 })).toMatchObject({ state: 'settled', attempt: 2 })
    expect(shop.minted).toHaveLength(2)
    expect(await read(store, approvalOf(again))).toMatchObject({ state: 'used', attempt: 2 })
    expect(world.node.requests).toHaveLength(2)
  })

  test('the same address and amount again finds the one that waits', async () => {
    const { wallet, first } = await asked()
    expect(await wallet.pay(address)).toMatchObject({ paymentId: first.paymentId, replayed: true })
    await expect(wallet.pay({ ...address, idempotencyKey: 'new' })).rejects.toMatchObject({
      code: 'in_progress',
    })
  })
})

describe('elicitation', () => {
  const rules = { elicitUpToMsat: satToMsat(1_000n) }

  test('counts where the owner allowed it for the amount', async () => {
    const { world, wallet, asked, approvalId } = await waiting({ approvals: { rules } })
    expect(asked.approval?.mayElicit).toBe(true)
    await wallet.answerByElicitation({ approvalId, decision: 'approve' })
    expect(await wallet.waitForPayment({ approvalId, waitSeconds: 5 })).toMatchObject({
      payment: { state: 'settled' },
    })
    expect(world.node.requests).toHaveLength(1)
    expect(asked.paymentId).toBeDefined()
  })

  test('declined, the payment is denied', async () => {
    const { wallet, approvalId } = await waiting({ approvals: { rules } })
    await wallet.answerByElicitation({ approvalId, decision: 'deny' })
    expect(await wallet.getPayment({ approvalId })).toMatchObject({ state: 'denied' })
  })

  test.each([
    ['off', {}],
    ['for less', { elicitUpToMsat: satToMsat(999n) }],
  ])('%s, it is refused', async (_, allowed) => {
    const { world, wallet, asked, approvalId } = await waiting({ approvals: { rules: allowed } })
    expect(asked.approval?.mayElicit).toBe(false)
    await expect(wallet.answerByElicitation({ approvalId, decision: 'approve' })).rejects.toMatchObject({
      code: 'permission_denied',
    })
    await world.clock.advance(2_000)
    expect(world.node.requests).toEqual([])
  })

  test('written into the record by somebody else, it is refused', async () => {
    const { world, store, approvalId, wallet } = await waiting()
    await tamper(store, approvalId, {
      state: 'approved',
      decidedBy: 'elicitation',
      decidedAtMs: world.clock.now(),
    })
    await world.clock.advance(2_000)
    expect(await wallet.getPayment({ approvalId })).toMatchObject({ state: 'awaiting_approval' })
    expect(world.node.requests).toEqual([])
  })
})

describe('a program without an owner’s key', () => {
  const noOwner = { owner: { required: false } }

  test('decides by its own function', async () => {
    const world = new World()
    const seen: string[] = []
    const { wallet, store } = await world.start({
      ...ASKS,
      ...noOwner,
      approvals: {
        decide: async ({ approvalId, amountMsat }) => {
          seen.push(approvalId)
          return amountMsat <= AMOUNT ? 'approve' : 'deny'
        },
      },
    })
    const paid = await wallet.pay({ destination: world.invoice().invoice, waitSeconds: 5 })
    expect(paid.state).toBe('settled')
    const denied = await wallet.pay({ destination: world.invoice({ amountMsat: 2_000_000n }).invoice })
    expect(denied.state).toBe('denied')
    expect(seen).toHaveLength(2)
    expect((await listApprovals(store)).map(({ decidedBy }) => decidedBy)).toEqual(['program', 'program'])
  })

  test('its word counts in its own process only', async () => {
    const { world, store, approvalId, wallet } = await waiting(noOwner)
    await tamper(store, approvalId, {
      state: 'approved',
      decidedBy: 'program',
      decidedAtMs: world.clock.now(),
    })
    await world.clock.advance(2_000)
    expect(await wallet.getPayment({ approvalId })).toMatchObject({ state: 'awaiting_approval' })
    expect(world.node.requests).toEqual([])
  })

  test('beside an owner’s key it is not asked', async () => {
    const { world } = await waiting({ approvals: { decide: async () => 'approve' } })
    await world.clock.advance(2_000)
    expect(world.node.requests).toEqual([])
  })
})
