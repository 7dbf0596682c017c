import { describe, expect, test } from 'vitest'
import { auditLedger } from '../../src/ledger/audit.ts'
import { certifyLedger } from '../../src/owner/certify-ledger.ts'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { signDocument } from '../../src/owner/signed-document.ts'
import { type ResolutionDocument, resolveByOwner } from '../../src/spending/resolve-by-owner.ts'
import { temporaryFolder } from '../support/world.ts'
import { LIMITS, REQUESTS, spendWorld } from './spend-world.ts'

const owner = generateOwnerKey()
const stranger = generateOwnerKey()
const signedBy = (key: typeof owner) => (document: ResolutionDocument) =>
  signDocument('payment-resolution', document, key)

/** A payment of a certified ledger, of which nobody knows. */
async function unknownOne() {
  const world = spendWorld()
  const { store, wallet } = await world.start({ limits: LIMITS })
  const { identity } = world.node.profile
  await certifyLedger({ store, identity, key: owner, ownerDir: temporaryFolder() })
  world.node.scripts.push({ do: 'lose-request' })
  const { paymentId } = await wallet.spend({ ...REQUESTS.onchain, waitSeconds: 0 })
  const nowMs = world.clock.now()
  const resolve = (sign?: ReturnType<typeof signedBy>) =>
    resolveByOwner(store, { paymentId, outcome: 'failed', evidence: 'not on the chain', nowMs, sign })
  const audit = () => auditLedger({ store, nowMs, publicKey: owner.publicKey })
  return { world, store, wallet, paymentId, resolve, audit }
}

describe('in a certified ledger', () => {
  test('the owner’s word needs the owner’s signature', async () => {
    const { resolve, wallet, paymentId } = await unknownOne()
    await expect(resolve()).rejects.toMatchObject({ code: 'permission_denied' })
    expect(await wallet.getPayment({ paymentId })).toMatchObject({ state: 'dispatched' })
  })

  test('a signed word passes the audit', async () => {
    const { resolve, audit } = await unknownOne()
    await resolve(signedBy(owner))
    expect(await audit()).toMatchObject({ ok: true, findings: [] })
  })

  test('a word that somebody else signed fails the audit', async () => {
    const { resolve, audit, paymentId } = await unknownOne()
    await resolve(signedBy(stranger))
    expect(await audit()).toMatchObject({
      ok: false,
      findings: [{ kind: 'payment', paymentId, message: expect.stringContaining('signature does not fit') }],
    })
  })

  test('a word that was turned round fails the audit', async () => {
    const { resolve, audit, store, paymentId } = await unknownOne()
    const { details } = await resolve(signedBy(owner))
    const resolution = { ...(details?.['resolution'] as object), outcome: 'settled' }
    await store.transaction((writer) =>
      writer.updateIntent(paymentId, { from: ['failed'] }, { details: { ...details, resolution } }),
    )
    expect((await audit()).ok).toBe(false)
  })
})

test('spending of every kind passes the audit', async () => {
  const world = spendWorld()
  const { wallet, store } = await world.start({ limits: LIMITS })
  for (const request of Object.values(REQUESTS)) await wallet.spend(request)
  const nowMs = world.clock.now()
  expect(await auditLedger({ store, nowMs })).toMatchObject({ ok: true, payments: 6, findings: [] })
  await world.clock.advance(60_000)
  expect(await auditLedger({ store, nowMs: world.clock.now() })).toMatchObject({ ok: true, findings: [] })
})
