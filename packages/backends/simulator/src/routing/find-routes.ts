import type { NetworkState } from '../network-state.ts'
import { findRoute, type PlannedRoute, type RouteRequest } from './find-route.ts'

/** How often it looks: a dense graph has more detours than anybody wants to read. */
const MAX_SEARCHES = 200

const keyOf = (route: PlannedRoute): string =>
  route.hops.map((hop) => `${hop.channel.id}/${hop.side}`).join(' ')

/**
 * Up to `limit` different routes, cheapest first: each one found is barred at one of its channels
 * at a time, and the cheapest of what is found then comes next.
 */
export function findRoutes(
  state: NetworkState,
  request: RouteRequest,
  limit: number,
): readonly PlannedRoute[] {
  const found = new Map<string, PlannedRoute>()
  const tried = new Set<string>()
  const candidates: { route: PlannedRoute; barred: ReadonlySet<string> }[] = []
  const look = (barred: ReadonlySet<string>): void => {
    const name = [...barred].sort().join(' ')
    if (tried.has(name) || tried.size >= MAX_SEARCHES) return
    tried.add(name)
    const route = findRoute(state, {
      ...request,
      avoid: (channel, side, amountMsat) =>
        barred.has(`${channel.id}/${side}`) || request.avoid?.(channel, side, amountMsat) === true,
    })
    if (route !== undefined) candidates.push({ route, barred })
  }
  look(new Set())
  while (found.size < limit && candidates.length > 0) {
    candidates.sort((a, b) => Number(a.route.feeMsat - b.route.feeMsat))
    const next = candidates.shift()
    if (next === undefined) break
    found.set(keyOf(next.route), next.route)
    for (const hop of next.route.hops) look(new Set([...next.barred, `${hop.channel.id}/${hop.side}`]))
  }
  return [...found.values()].slice(0, limit)
}
