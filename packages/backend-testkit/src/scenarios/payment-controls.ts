import assert from 'node:assert/strict'
import { type Channel, ZERO_MSAT } from '@lightning-mcp/core'
import { expectSafeFailure, expectSettled, settle } from '../expectations.ts'
import { freshPreimage } from '../foreign-invoice.ts'
import { payGenerously } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'
import { assertUndecided, nodeOfNobody } from './offers.ts'
import { untilInvoice } from './receive.ts'

const UNPAYABLE = ['no_route', 'insufficient_balance', 'timeout', 'other'] as const
/** Some nodes tell a channel's balance in whole sats. */
const SUB_SAT = 999n
/** Between two clocks. */
const SKEW_SECONDS = 5
const LATER_SECONDS = 3600

export const paymentControlScenarios: readonly Scenario[] = [
  verifies('max-parts-is-obeyed', async (context) => {
    const { payee, amountMsat } = context.stage.multiPart!
    const { invoice, paymentHash } = await payee.createInvoice({ amountMsat })
    await expectSafeFailure(
      context,
      paymentHash,
      () => payGenerously(context, invoice, { maxParts: 1, timeoutSeconds: 10 }),
      UNPAYABLE,
    )
  }),

  verifies('outgoing-channel-is-used', async (context) => {
    const { stage, backend, amount, until } = context
    const { counterparty } = stage
    const amountMsat = amount(4100)
    const listed = async () =>
      (await backend.channels!.list({ limit: 100 })).items.filter(
        ({ peer, state }) => peer === counterparty.nodeId && state === 'active',
      )
    const before = await listed()
    // the one that nobody would choose by himself
    const chosen = before
      .filter(({ localMsat, shortChannelId }) => localMsat > amountMsat * 10n && shortChannelId !== undefined)
      .sort((a, b) => (a.localMsat < b.localMsat ? -1 : 1))[0]
    assert.ok(chosen?.shortChannelId !== undefined, 'the stage has a channel to pay by')
    const { invoice, paymentHash } = await counterparty.createInvoice({ amountMsat })
    const payment = await payGenerously(context, invoice, { outgoingChannels: [chosen.shortChannelId] })
    expectSettled(payment, { paymentHash, amountMsat })
    const spentFrom = (channels: readonly Channel[], name: string | undefined): bigint => {
      const local = (list: readonly Channel[]) =>
        list.find(({ shortChannelId }) => shortChannelId === name)?.localMsat ?? 0n
      return local(before) - local(channels)
    }
    const after = await until(
      'the chosen channel has less',
      listed,
      (channels) => spentFrom(channels, chosen.shortChannelId) >= amountMsat - SUB_SAT,
    )
    for (const { shortChannelId } of after)
      if (shortChannelId !== chosen.shortChannelId)
        assert.equal(spentFrom(after, shortChannelId), 0n, `spent from ${shortChannelId}`)
  }),

  verifies('last-hop-is-obeyed', async (context) => {
    const { stage, amount } = context
    const payee = stage.remote ?? stage.counterparty
    const { invoice, paymentHash } = await payee.createInvoice({ amountMsat: amount(4200) })
    const lastHop = nodeOfNobody()
    await expectSafeFailure(
      context,
      paymentHash,
      () => payGenerously(context, invoice, { lastHop, timeoutSeconds: 10 }),
      UNPAYABLE,
    )
  }),

  verifies('keysend-found-by-label', async (context) => {
    const { stage, backend, profile, amount, now, holdings, untilHoldings, until } = context
    const { preimage, paymentHash } = freshPreimage()
    const amountMsat = amount(4300)
    const before = await holdings()
    const label = `found-by-this-label/${paymentHash.slice(0, 12)}`
    const since = now() - SKEW_SECONDS
    stage.faults!.loseReply!()
    const answer = await settle(() =>
      backend.keysend!.send({
        destination: stage.counterparty.nodeId,
        amountMsat,
        maxFeeMsat: ZERO_MSAT,
        preimage,
        label,
      }),
    )
    if ('error' in answer) assertUndecided(answer.error)
    else assert.notEqual(answer.value.status, 'failed', describeValue(answer.value))
    const found = await until(
      'the label finds it settled',
      () => backend.lookupPayment({ label, since }),
      (payment) => payment?.status === 'settled',
    )
    assert.ok(found !== undefined)
    expectSettled(found, { paymentHash: found.paymentHash, amountMsat })
    if (profile.keysendChoosesPreimage !== true) assert.equal(found.paymentHash, paymentHash, 'paymentHash')
    assert.equal(await backend.lookupPayment({ label: `${label}-`, since }), undefined, 'another label')
    const later = now() + LATER_SECONDS
    assert.equal(await backend.lookupPayment({ label, since: later }), undefined, 'a later time')
    await untilHoldings(before - amountMsat)
  }),

  verifies('hold-tells-its-deadline', async (context) => {
    const { stage, backend, amount } = context
    const { paymentHash } = freshPreimage()
    const { invoice } = await backend.hold!.create({
      paymentHash,
      amountMsat: amount(4400),
      expirySeconds: 600,
    })
    const paying = settle(() => stage.counterparty.pay({ invoice: invoice as string }))
    const accepted = await untilInvoice(context, paymentHash, 'accepted')
    const { blockHeight } = await backend.getInfo()
    await backend.hold!.cancel({ paymentHash })
    assert.ok('error' in (await paying), 'a canceled payment was paid')
    if (blockHeight === undefined) return
    assert.ok(Number.isSafeInteger(accepted.htlcExpiryHeight), 'htlcExpiryHeight of an accepted invoice')
    assert.ok((accepted.htlcExpiryHeight as number) > blockHeight, 'the deadline is over already')
  }),
]
