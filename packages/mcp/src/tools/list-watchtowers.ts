import { cleanText, type Watchtower } from '@lightning-mcp/core'
import * as z from 'zod'
import { counted } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { defineTool, READS } from '../tool.ts'
import { moreText, pageFields, pageShape, slicePage } from '../views/page.ts'

const DEFAULT_LIMIT = 10
const MAX_ADDRESSES = 3

const towerView = (tower: Watchtower) => ({
  node_id: tower.nodeId as string,
  addresses: tower.addresses.slice(0, MAX_ADDRESSES).map((address) => cleanText(address, 70)),
  active: tower.active,
  ...(tower.sessions === undefined ? {} : { sessions: tower.sessions }),
})

/** `active` means that it may be used; only with a session has it anything to guard with. */
function sessionsText(towers: readonly Watchtower[]): string {
  const told = towers.flatMap(({ sessions }) => (sessions === undefined ? [] : [sessions]))
  if (told.length < towers.length) return ''
  const sessions = told.reduce((sum, count) => sum + count, 0)
  return sessions > 0 ? `, ${counted(sessions, 'session')}` : ', no session yet: none of them guards anything'
}

export const listWatchtowers = defineTool({
  name: 'list_watchtowers',
  title: 'Watchtowers',
  description: 'Watchtowers that guard this node’s channels while it is offline.',
  effect: 'read',
  annotations: READS,
  requires: ['watchtowers.list'],
  input: z.strictObject({ limit: field.limit(DEFAULT_LIMIT).optional(), cursor: field.cursor.optional() }),
  output: z.object({
    watchtowers: z.array(
      z.object({
        node_id: z.string(),
        addresses: z.array(z.string()),
        active: z.boolean(),
        sessions: z.int().optional(),
      }),
    ),
    ...pageShape,
  }),
  async run(args, { wallet, signal }) {
    const facet = wallet.node.watchtowers ?? unsupportedNow('list watchtowers')
    const all = await facet.list({ signal })
    const { items, nextCursor } = slicePage(all, {
      limit: args.limit ?? DEFAULT_LIMIT,
      cursor: args.cursor,
    })
    const watchtowers = items.map(towerView)
    const active = all.filter((tower) => tower.active).length
    return {
      data: { watchtowers, ...pageFields('watchtowers', watchtowers, [], nextCursor) },
      text:
        all.length === 0
          ? 'No watchtowers.'
          : `${counted(all.length, 'watchtower')}, ${active} active${sessionsText(all)}.${moreText(nextCursor)}`,
    }
  },
})
