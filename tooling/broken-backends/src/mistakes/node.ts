import type { FeeEstimate, FeeReport, Forward, Page, Route } from '@lightning-mcp/core'
import { ZERO_MSAT } from '@lightning-mcp/core'
import type { Mistake } from '../mistake.ts'

/** Routes, graph, forwards, watchtowers, backups. */
export const nodeMistakes: readonly Mistake[] = [
  {
    name: 'stops-before-the-target',
    wrong: 'leaves the last hop out of a route',
    operation: 'routing.findRoutes',
    tell: (routes: readonly Route[]) => routes.map((route) => ({ ...route, hops: route.hops.slice(0, -1) })),
    fails: ['routes-lead-to-target'],
  },
  {
    name: 'calls-a-probe-public-data',
    wrong: 'does not say that it sent HTLCs',
    operation: 'routing.probe',
    tell: (estimate: FeeEstimate) => ({ ...estimate, method: 'graph' }),
    fails: ['probe-pays-nothing'],
  },
  {
    name: 'knows-everybody',
    wrong: 'tells of a node that it has never heard of',
    operation: 'graph.getNode',
    tell: (node: unknown, request) => node ?? { nodeId: request.nodeId, channels: 0, addresses: [] },
    fails: ['graph-tells-known-nodes'],
  },
  {
    name: 'earns-nothing',
    wrong: 'lists forwards without what they earned',
    operation: 'forwards.list',
    tell: ({ items, ...page }: Page<Forward>) => ({
      ...page,
      items: items.map((forward) => ({ ...forward, feeMsat: ZERO_MSAT })),
    }),
    fails: ['forward-listed-with-its-fee'],
  },
  {
    name: 'counts-the-day-only',
    wrong: 'counts what was earned for the day alone',
    operation: 'forwards.feeReport',
    tell: ({ dayMsat }: FeeReport) => ({ dayMsat, weekMsat: ZERO_MSAT, monthMsat: ZERO_MSAT }),
    fails: ['fee-report-counts-forwards'],
  },
  {
    name: 'keeps-its-towers',
    wrong: 'removes no watchtower',
    operation: 'watchtowers.remove',
    instead: () => undefined,
    fails: ['watchtower-added-and-removed'],
  },
  {
    name: 'counts-no-backup',
    wrong: 'counts no backed-up state',
    operation: 'watchtowers.stats',
    instead: () => ({ backups: 0, pendingBackups: 0, failedBackups: 0, sessionsAcquired: 0 }),
    fails: ['watchtower-stats-count-backups'],
  },
  {
    name: 'trusts-every-backup',
    wrong: 'calls every backup valid',
    operation: 'backup.verify',
    instead: () => ({ valid: true }),
    fails: ['backup-damage-is-seen'],
  },
]
