import assert from 'node:assert/strict'
import type { Forward, LightningBackend } from '@lightning-mcp/core'
import { expectRefusal } from '../expectations.ts'
import { payGenerously } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'
import { describeValue } from '../until.ts'
import { nodeOfNobody } from './offers.ts'

const PAGE_SIZE = 100
const MOST_PAGES = 50
const HOUR_SECONDS = 3600
const MOST_ROUTES = 3

export const nodeScenarios: readonly Scenario[] = [
  verifies('peers-list-who-is-connected', async ({ backend }) => {
    const { items } = await backend.channels!.list({ limit: PAGE_SIZE })
    const peers = await backend.peers!.list({})
    for (const { peer, state } of items)
      if (state === 'active')
        assert.equal(peers.find(({ nodeId }) => nodeId === peer)?.connected, true, `${peer} has a channel`)
  }),

  verifies('peer-connect-and-disconnect-repeatable', async ({ stage, backend, until }) => {
    const peers = backend.peers!
    const { nodeId, host } = stage.stranger!
    const untilConnected = (connected: boolean) =>
      until(
        `the peer is ${connected ? '' : 'not '}connected`,
        async () => (await peers.list({})).find((peer) => peer.nodeId === nodeId)?.connected === true,
        (is) => is === connected,
      )
    for (const time of ['first', 'second']) {
      const peer = await peers.connect!({ nodeId, host })
      assert.equal(peer.nodeId, nodeId, `${time} connection`)
      await untilConnected(true)
    }
    for (let time = 0; time < 2; time++) {
      await peers.disconnect!({ nodeId })
      await untilConnected(false)
    }
  }),

  verifies('routes-lead-to-target', async ({ stage, backend, amount }) => {
    const { nodeId } = stage.remote ?? stage.counterparty
    const amountMsat = amount(5100)
    const routes = await backend.routing!.findRoutes!({ target: { nodeId, amountMsat }, limit: MOST_ROUTES })
    assert.ok(routes.length >= 1 && routes.length <= MOST_ROUTES, `${routes.length} routes`)
    for (const [index, { hops, feeMsat }] of routes.entries()) {
      const last = hops.at(-1)
      assert.equal(last?.nodeId, nodeId, 'where the route ends')
      assert.equal(last?.amountMsat, amountMsat, 'what arrives')
      const fees = hops.reduce((total, hop) => total + hop.feeMsat, 0n)
      assert.equal(fees, feeMsat, 'the fees of the hops')
      assert.ok(feeMsat >= (routes[index - 1]?.feeMsat ?? 0n), 'the cheapest come first')
    }
    const target = { nodeId: nodeOfNobody(), amountMsat }
    await expectRefusal(
      'a route to a node that does not exist',
      () => backend.routing!.findRoutes!({ target, limit: 1 }),
      ['no_route'],
    )
  }),

  verifies('probe-pays-nothing', async ({ stage, backend, amount, holdings, untilHoldings }) => {
    const payee = stage.remote ?? stage.counterparty
    const before = await holdings()
    const { invoice, paymentHash } = await payee.createInvoice({ amountMsat: amount(5200) })
    const { method, feeMsat } = await backend.routing!.probe!({ target: { invoice } })
    assert.equal(method, 'probe', 'method')
    assert.ok(feeMsat >= 0n, 'a fee is not negative')
    await untilHoldings(before)
    if (payee.received !== undefined) assert.equal(await payee.received(paymentHash), 0n, 'what has arrived')
  }),

  verifies('graph-tells-known-nodes', async ({ stage, backend, until }) => {
    const { nodeId } = stage.counterparty
    const known = await until(
      'the graph has the counterparty',
      () => backend.graph!.getNode({ nodeId }),
      (node) => node !== undefined && node.channels > 0,
    )
    assert.equal(known?.nodeId, nodeId, 'nodeId')
    assert.equal(await backend.graph!.getNode({ nodeId: nodeOfNobody() }), undefined, 'an unknown node')
  }),

  verifies('forward-listed-with-its-fee', async (context) => {
    const { stage, backend, amount, now, until } = context
    const amountMsat = amount(5300)
    const routed = async () =>
      (await allForwards(backend, {})).filter(({ outgoingMsat }) => outgoingMsat === amountMsat)
    const before = (await routed()).length
    const start = now()
    await stage.routePayment!(amountMsat)
    const after = await until('the forward is listed', routed, (forwards) => forwards.length > before)
    assert.equal(after.length, before + 1, 'forwards listed')
    const forward = newest(after)
    assert.ok(forward.feeMsat > 0n, 'nothing was earned')
    assert.equal(forward.incomingMsat - forward.outgoingMsat, forward.feeMsat, 'what was earned')
    assert.notEqual(forward.incomingChannel, forward.outgoingChannel, 'it came and went by one channel')
    assert.ok(Math.abs(forward.createdAt - start) < HOUR_SECONDS, `createdAt ${forward.createdAt}`)
    const earlier = await allForwards(backend, { to: start - HOUR_SECONDS })
    assert.ok(!earlier.some((one) => describeValue(one) === describeValue(forward)), 'before its time')
    assert.deepEqual(await allForwards(backend, { from: now() + HOUR_SECONDS }), [], 'in the future')
  }),

  verifies('fee-report-counts-forwards', async ({ stage, backend, amount, until }) => {
    const report = () => backend.forwards!.feeReport!({})
    const before = await report()
    await stage.routePayment!(amount(5400))
    const after = await until('the day has earned more', report, ({ dayMsat }) => dayMsat > before.dayMsat)
    const earned = after.dayMsat - before.dayMsat
    assert.equal(after.weekMsat - before.weekMsat, earned, 'the week')
    assert.equal(after.monthMsat - before.monthMsat, earned, 'the month')
  }),

  verifies('watchtower-added-and-removed', async (context) => {
    const { backend, until } = context
    const { nodeId, address } = context.stage.watchtower!
    const towers = backend.watchtowers!
    const listed = async () => (await towers.list({})).filter((tower) => tower.nodeId === nodeId)
    for (let time = 0; time < 2; time++) await towers.add!({ nodeId, address })
    const [added, again] = await until('the tower is active', listed, (found) => found[0]?.active === true)
    assert.equal(again, undefined, 'a tower is listed twice')
    assert.ok((added?.addresses.length ?? 0) > 0, 'a tower has an address')
    await towers.remove!({ nodeId })
    await until('the tower is gone', listed, (found) => found.every(({ active }) => !active))
  }),

  verifies('watchtower-stats-count-backups', async (context) => {
    const { stage, backend, amount, until } = context
    const towers = backend.watchtowers!
    const { nodeId, address } = stage.watchtower!
    await towers.add!({ nodeId, address })
    const states = async (): Promise<number> => {
      const { backups, pendingBackups, failedBackups, sessionsAcquired } = await towers.stats!({})
      for (const count of [backups, pendingBackups, failedBackups, sessionsAcquired])
        assert.ok(Number.isSafeInteger(count) && count >= 0, `a count of ${count}`)
      return backups + pendingBackups
    }
    const before = await states()
    const { invoice } = await stage.counterparty.createInvoice({ amountMsat: amount(5500) })
    await payGenerously(context, invoice)
    await until('a state is backed up', states, (count) => count > before)
    await towers.remove!({ nodeId })
  }),

  verifies('backup-damage-is-seen', async ({ backend }) => {
    const { export: exportBackup, verify } = backend.backup!
    const { format, backup } = await exportBackup({})
    assert.ok(format.length > 0, 'a backup has a format')
    const bytes = Buffer.from(backup, 'base64')
    assert.ok(bytes.length > 0 && bytes.toString('base64') === backup, 'a backup is base64')
    assert.equal((await verify!({ backup })).valid, true, 'the own backup')
    const middle = bytes.length >> 1
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
    for (const damaged of [bytes.toString('base64'), Buffer.from('no backup').toString('base64')])
      assert.equal((await verify!({ backup: damaged })).valid, false, 'a damaged backup')
  }),
]

async function allForwards(
  backend: LightningBackend,
  window: { from?: number; to?: number },
): Promise<readonly Forward[]> {
  const forwards: Forward[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, nextCursor } = await backend.forwards!.list({
      ...window,
      limit: PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
    })
    forwards.push(...items)
    if (nextCursor === undefined) break
    cursor = nextCursor
  }
  return forwards
}

const newest = (forwards: readonly Forward[]): Forward =>
  forwards.reduce((latest, forward) => (forward.createdAt >= latest.createdAt ? forward : latest))
