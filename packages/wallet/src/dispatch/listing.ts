import type {
  CallOptions,
  Channel,
  ChannelRef,
  LightningBackend,
  OnchainTransaction,
  Page,
  PageRequest,
} from '@lightning-mcp/core'

const PAGE = 1000
/** A million of them: a list that goes on for longer goes round. */
const MAX_PAGES = 1000

async function all<T>(
  list: (request: PageRequest & CallOptions) => Promise<Page<T>>,
  signal: AbortSignal | undefined,
  isEnough: (items: readonly T[]) => boolean = () => false,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await list({
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
      ...(signal === undefined ? {} : { signal }),
    })
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor === undefined || isEnough(page.items)) break
  }
  return items
}

/** The node's transactions, newest first; `isEnough` is asked page by page. */
export const listOnchain = (
  backend: LightningBackend,
  signal: AbortSignal | undefined,
  isEnough?: (items: readonly OnchainTransaction[]) => boolean,
): Promise<OnchainTransaction[]> => {
  const onchain = backend.onchain
  if (onchain?.listTransactions === undefined) return Promise.resolve([])
  return all((request) => onchain.listTransactions?.(request) ?? noPage, signal, isEnough)
}

/** Channels of the states that the backend can list. */
export async function listChannels(
  backend: LightningBackend,
  signal: AbortSignal | undefined,
  which: { closed?: boolean } = {},
): Promise<Channel[]> {
  const { channels } = backend
  if (channels === undefined) return []
  const [open, pending, closed] = await Promise.all([
    all((request) => channels.list(request), signal),
    channels.listPending?.(signal === undefined ? {} : { signal }) ?? [],
    which.closed === true && channels.listClosed !== undefined
      ? all((request) => channels.listClosed?.(request) ?? noPage, signal)
      : [],
  ])
  return [...pending, ...open, ...closed]
}

const noPage: Promise<Page<never>> = Promise.resolve({ items: [] })

/** Whether both name the same channel. A splice changes all names but `channelId`. */
export function sameChannel(a: ChannelRef, b: ChannelRef): boolean {
  if (a.channelId !== undefined && b.channelId !== undefined) return a.channelId === b.channelId
  if (a.fundingOutpoint !== undefined && b.fundingOutpoint !== undefined)
    return a.fundingOutpoint === b.fundingOutpoint
  return a.shortChannelId !== undefined && a.shortChannelId === b.shortChannelId
}

/** Every name that it has: one of before may have got further names meanwhile. */
export const channelNames = ({ channelId, fundingOutpoint, shortChannelId }: ChannelRef): readonly string[] =>
  [channelId, fundingOutpoint, shortChannelId].filter((name) => name !== undefined)

/** What a channel is called by. */
export const channelName = ({ channelId, fundingOutpoint, shortChannelId }: ChannelRef): string =>
  channelId ?? fundingOutpoint ?? shortChannelId ?? ''
