import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LightningError, msat, type PaymentHash } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { installedPolicy, installPolicy } from '../../src/policy/install-policy.ts'
import { POLICY_META } from '../../src/policy/policy-record.ts'
import { POLICY_FILE } from '../../src/policy/signed-policy.ts'
import type { Wallet } from '../../src/wallet.ts'
import { accountPolicy, OwnedWorld } from '../support/owned-world.ts'
import type { TestProcess, World } from '../support/world.ts'

const pay = (world: World, { wallet }: TestProcess, amountMsat = 1_000n) =>
  wallet.pay({ destination: world.invoice({ amountMsat }).invoice })

const refusal = async (world: World, process: TestProcess, amountMsat?: bigint) => {
  const error = await pay(world, process, amountMsat).then(
    () => undefined,
    (fault: unknown) => fault,
  )
  if (!LightningError.is(error)) throw new Error('it was not refused')
  return error
}

/** Spending has stopped; the rest goes on. */
async function expectPaused(world: World, process: TestProcess, reason: RegExp): Promise<void> {
  const before = world.node.requests.length
  const error = await refusal(world, process)
  expect(error).toMatchObject({
    code: 'spending_paused',
    sent: 'no',
    hint: expect.stringMatching(/polic/i),
  })
  expect(error.message).toMatch(reason)
  expect(world.node.requests).toHaveLength(before)
  await expectReading(process.wallet)
}

async function expectReading(wallet: Wallet): Promise<void> {
  expect(await wallet.getBudget()).toMatchObject({ paused: { reason: expect.any(String) } })
  expect(await wallet.getBalance()).toBeDefined()
  expect((await wallet.listPayments({ limit: 5 })).items).toBeDefined()
  expect(await wallet.getPayment({ paymentHash: 'ab'.repeat(32) as PaymentHash })).toBeUndefined()
}

describe('a signed policy', () => {
  test('is followed', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1, { maxPaymentSats: 5 }))
    const process = await world.start()
    expect(await pay(world, process, 5_000n)).toMatchObject({ state: 'settled' })
    expect(await refusal(world, process, 5_001n)).toMatchObject({ code: 'budget_exceeded' })
    expect(await process.store.read((reader) => reader.getMeta(POLICY_META))).toMatch(/^1 [0-9a-f]{64}$/)
  })

  test('is followed anew while the program runs', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1, { maxPaymentSats: 5 }))
    const process = await world.start()
    expect(await refusal(world, process, 6_000n)).toMatchObject({ code: 'budget_exceeded' })
    world.put(accountPolicy(2, { maxPaymentSats: 7 }))
    expect(await pay(world, process, 6_000n)).toMatchObject({ state: 'settled' })
    world.put(accountPolicy(3, { maxPaymentSats: 1 }))
    expect(await refusal(world, process, 6_000n)).toMatchObject({ code: 'budget_exceeded' })
    expect(await process.wallet.getBudget()).toMatchObject({ maxPaymentMsat: 1_000n })
  })

  test('put in place while the program runs, is followed', async () => {
    const world = new OwnedWorld()
    const process = await world.start()
    expect(await pay(world, process, 6_000n)).toMatchObject({ state: 'settled' })
    world.put(accountPolicy(1, { maxPaymentSats: 1 }))
    expect(await refusal(world, process, 6_000n)).toMatchObject({ code: 'budget_exceeded' })
  })

  test('counts what was spent before it came', async () => {
    const world = new OwnedWorld()
    world.node.feeMsat = msat(0n)
    const process = await world.start()
    await pay(world, process, 6_000n)
    world.put(accountPolicy(1, { maxPerDaySats: 10 }))
    expect(await refusal(world, process, 5_000n)).toMatchObject({ code: 'budget_exceeded' })
    expect(await pay(world, process, 4_000n)).toMatchObject({ state: 'settled' })
  })

  test('of another version is taken over from another process', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1))
    const [one, two] = [await world.start(), await world.start()]
    await pay(world, one)
    world.put(accountPolicy(2))
    await pay(world, two)
    expect(await pay(world, one)).toMatchObject({ state: 'settled' })
  })
})

describe('a policy that the owner did not put there', () => {
  test('edited without the key', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1, { maxPaymentSats: 5 }))
    const process = await world.start()
    await pay(world, process)
    world.write(readFileSync(world.policyFile, 'utf8').replace('"maxPaymentSats": 5', '"maxPaymentSats": 9'))
    await expectPaused(world, process, /was changed without the owner’s key/)
    // the last good rules are shown, and not followed
    expect(await process.wallet.getBudget()).toMatchObject({ maxPaymentMsat: 5_000n })
  })

  test('signed for another wallet, looser and of a higher version', async () => {
    const [world, other] = [new OwnedWorld(), new OwnedWorld()]
    const process = await world.start()
    const ledgerId = 'aa'.repeat(16)
    await process.store.transaction((writer) => writer.setMeta('ledger_id', ledgerId))
    world.put(accountPolicy(1, { maxPaymentSats: 5 }), world.key, ledgerId)
    await pay(world, process)
    other.put(accountPolicy(9, { maxPaymentSats: 5_000 }), world.key, 'bb'.repeat(16))
    world.write(readFileSync(other.policyFile, 'utf8'))
    await expectPaused(world, process, /was signed for another wallet’s ledger/)
    // nor is one that names no ledger, or whose ledger was changed to this one's
    other.put(accountPolicy(9, { maxPaymentSats: 5_000 }), world.key)
    world.write(readFileSync(other.policyFile, 'utf8'))
    await expectPaused(world, process, /was signed before this wallet had a certified ledger/)
    world.write(JSON.stringify({ ledger: ledgerId, ...JSON.parse(readFileSync(other.policyFile, 'utf8')) }))
    await expectPaused(world, process, /was changed without the owner’s key/)
    // its version was not taken for one that held
    world.put(accountPolicy(2, { maxPaymentSats: 5 }), world.key, ledgerId)
    expect(await pay(world, process)).toMatchObject({ state: 'settled' })
    expect(await refusal(world, process, 5_001n)).toMatchObject({ code: 'budget_exceeded' })
  })

  test('signed for no ledger, before this one was certified', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1))
    const process = await world.start()
    await pay(world, process)
    await process.store.transaction((writer) => writer.setMeta('ledger_id', 'aa'.repeat(16)))
    await expectPaused(world, process, /was signed before this wallet had a certified ledger/)
    world.put(accountPolicy(2), world.key, 'aa'.repeat(16))
    expect(await pay(world, process)).toMatchObject({ state: 'settled' })
  })

  test('edited in place, with size and times kept', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1, { maxPaymentSats: 5 }))
    const then = new Date(Date.now() - 3_600_000)
    utimesSync(world.policyFile, then, then)
    const process = await world.start()
    await pay(world, process)
    world.write(readFileSync(world.policyFile, 'utf8').replace('"maxPaymentSats": 5', '"maxPaymentSats": 9'))
    utimesSync(world.policyFile, then, then)
    await expectPaused(world, process, /was changed without the owner’s key/)
  })

  test('signed with another key', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1), generateOwnerKey())
    await expectPaused(world, await world.start(), /signed with another one/)
  })

  test('not signed', async () => {
    const world = new OwnedWorld()
    world.write(JSON.stringify({ policy: accountPolicy(1) }))
    await expectPaused(world, await world.start(), /is not signed/)
  })

  test('the plain file in its place', async () => {
    const world = new OwnedWorld()
    world.write(JSON.stringify(accountPolicy(1)))
    await expectPaused(world, await world.start(), /holds no signed policy/)
  })

  test('signed as another kind of document', async () => {
    const world = new OwnedWorld()
    const { signDocument } = await import('../../src/owner/signed-document.ts')
    const policy = accountPolicy(1)
    world.write(JSON.stringify({ policy, signature: signDocument('resume', policy, world.key) }))
    await expectPaused(world, await world.start(), /was changed without the owner’s key/)
  })

  test('no owner’s key to check it by', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1))
    delete world.owner.publicKey
    const process = await world.start()
    await expectPaused(world, process, /the owner’s public key is not there/)
    world.owner.publicKey = world.key.publicKey
    expect(await pay(world, process)).toMatchObject({ state: 'settled' })
  })

  test.each([
    ['damaged', '{ "policy": {', /is damaged: it is not valid JSON/],
    ['empty', '', /is damaged: it is not valid JSON/],
    ['text', '"hello"', /holds no signed policy/],
    ['null', 'null', /holds no signed policy/],
  ])('%s', async (_, text, reason) => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1))
    const process = await world.start()
    await pay(world, process)
    world.write(text)
    await expectPaused(world, process, reason)
  })

  test('signed, and of a future program', async () => {
    const world = new OwnedWorld()
    world.put({ version: 1, moonPhase: 'full' })
    await expectPaused(world, await world.start(), /no policy that this program knows: moonPhase/)
  })

  test('a folder in its place', async () => {
    const world = new OwnedWorld()
    mkdirSync(world.policyFile)
    await expectPaused(world, await world.start(), /is no policy file/)
  })

  test.skipIf(process.platform === 'win32')('a pipe in its place keeps nobody waiting', async () => {
    const world = new OwnedWorld()
    execFileSync('sh', ['-c', 'mkfifo "$0"', world.policyFile])
    await expectPaused(world, await world.start(), /is no policy file/)
  })

  test.skipIf(process.getuid?.() === 0)('one that may not be read', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1))
    chmodSync(world.policyFile, 0)
    await expectPaused(world, await world.start(), /cannot be read \(EACCES\)/)
  })
})

describe('versions', () => {
  test('an older policy put back stops spending', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1, { maxPaymentSats: 9_000 }))
    world.keepAs('old')
    const process = await world.start()
    await pay(world, process)
    world.put(accountPolicy(2, { maxPaymentSats: 5 }))
    await pay(world, process)
    world.putBack('old')
    await expectPaused(world, process, /an older policy \(version 1\) was put in the place of version 2/)
    // a new process knows as well
    await expectPaused(world, await world.start(), /an older policy \(version 1\)/)
    world.put(accountPolicy(3))
    expect(await pay(world, process)).toMatchObject({ state: 'settled' })
  })

  test('the same version with other content stops spending', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1, { maxPaymentSats: 5 }))
    const process = await world.start()
    await pay(world, process)
    world.put(accountPolicy(1, { maxPaymentSats: 9 }))
    await expectPaused(world, process, /two policies of version 1 exist/)
    world.put(accountPolicy(1, { maxPaymentSats: 5 }))
    expect(await pay(world, process)).toMatchObject({ state: 'settled' })
  })

  test('a removed policy stops spending', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(4))
    const process = await world.start()
    await pay(world, process)
    world.removePolicy()
    await expectPaused(world, process, /the owner’s policy \(version 4\) was removed/)
    await expectPaused(world, await world.start(), /was removed/)
  })

  test('a wallet that is not told where the policy lies does not spend beside it', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(4))
    await pay(world, await world.start())
    const blind = world.open({ owner: world.owner })
    await blind.wallet.start()
    await expectPaused(world, blind, /was removed from its place/)
  })

  test('a policy is on record before anything was spent by it', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(4))
    const process = await world.start()
    await process.wallet.getBudget()
    world.removePolicy()
    await expectPaused(world, process, /was removed/)
  })

  test('the same policy signed again is the same', async () => {
    const world = new OwnedWorld()
    world.put({ version: 1, accounts: { default: { maxFeePercent: 0.5, maxPaymentSats: 5 } } })
    const process = await world.start()
    await pay(world, process)
    world.put({ accounts: { default: { maxPaymentSats: 5, maxFeePercent: '0.5' } }, version: 1 })
    expect(await pay(world, process)).toMatchObject({ state: 'settled' })
  })
})

describe('what was set at the start', () => {
  test('lowers a policy and never raises it', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1, { maxPaymentSats: 5 }))
    const higher = await world.start({ limits: { maxPaymentMsat: msat(9_000n), allowUncappedFees: true } })
    expect(await refusal(world, higher, 6_000n)).toMatchObject({ code: 'budget_exceeded' })
    const lower = await world.start({ limits: { maxPaymentMsat: msat(3_000n) } })
    expect(await refusal(world, lower, 4_000n)).toMatchObject({ code: 'budget_exceeded' })
    expect(await pay(world, lower, 3_000n)).toMatchObject({ state: 'settled' })
  })

  test('does not raise the defaults that stand beside a policy', async () => {
    const world = new OwnedWorld()
    world.put(accountPolicy(1))
    const process = await world.start({ limits: { maxPaymentMsat: msat(90_000_000n) } })
    expect(await refusal(world, process, 10_001_000n)).toMatchObject({ code: 'budget_exceeded' })
  })

  test('does not let a backend spend that cannot limit fees', async () => {
    const world = new OwnedWorld()
    world.node.profile = { ...world.node.profile, feeLimit: 'none' }
    world.put(accountPolicy(1))
    const process = await world.start({ limits: { allowUncappedFees: true } })
    expect(await refusal(world, process)).toMatchObject({ code: 'unsupported' })
    world.put(accountPolicy(2, { allowUncappedFees: true }))
    expect(await pay(world, process)).toMatchObject({ state: 'settled' })
  })
})

describe('the owner', () => {
  test('puts a policy in force', async () => {
    const { folder, key, policyFile } = new OwnedWorld()
    const text = (version: number) =>
      JSON.stringify({ version, accounts: { default: { maxFeePercent: 0.5 } } })
    expect(await installPolicy({ folder, text: text(1), key })).toMatchObject({
      path: policyFile,
      warnings: [],
    })
    expect(await installedPolicy(folder, key.publicKey)).toMatchObject({ policy: { version: 1 } })
    await expect(installPolicy({ folder, text: text(1), key })).rejects.toMatchObject({
      code: 'invalid_request',
      hint: 'Set "version": 2 in the policy file.',
    })
    await installPolicy({ folder, text: text(2), key })
    expect(await installedPolicy(folder, key.publicKey)).toMatchObject({ policy: { version: 2 } })
  })

  test('replaces what somebody else put there', async () => {
    const { folder, key } = new OwnedWorld()
    await installPolicy({ folder, text: '{"version":999}', key: generateOwnerKey() })
    await expect(installedPolicy(folder, key.publicKey)).rejects.toThrow('without the owner’s key')
    await installPolicy({ folder, text: '{"version":1}', key })
    expect(await installedPolicy(folder, key.publicKey)).toMatchObject({ policy: { version: 1 } })
  })

  test('is told what is wrong, and nothing changes', async () => {
    const { folder, key } = new OwnedWorld()
    await expect(installPolicy({ folder, text: '{"version":1,"x":2}', key })).rejects.toThrow(
      'x is no known key',
    )
    expect(await installedPolicy(folder, key.publicKey)).toBeUndefined()
    writeFileSync(join(folder, POLICY_FILE), 'x')
    await expect(installedPolicy(folder, key.publicKey)).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
