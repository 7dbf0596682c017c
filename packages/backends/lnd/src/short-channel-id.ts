import { LightningError } from '@lightning-mcp/core'

/** LND's uint64 as people write it (BOLT 7): block, transaction, output. Zero is a channel without one. */
export function toShortChannelId(chanId: string): string | undefined {
  const id = BigInt(chanId)
  return id === 0n ? undefined : `${id >> 40n}x${(id >> 16n) & 0xffffffn}x${id & 0xffffn}`
}

/** The other way; throws `invalid_request`. */
export function fromShortChannelId(text: string): string {
  const [, block, transaction, output] = /^(\d{1,8})x(\d{1,8})x(\d{1,5})$/.exec(text) ?? []
  if (block === undefined || transaction === undefined || output === undefined)
    throw new LightningError({
      code: 'invalid_request',
      message: 'not a short channel id',
      hint: 'A short channel id looks like 563x1x0.',
    })
  return String((BigInt(block) << 40n) | (BigInt(transaction) << 16n) | BigInt(output))
}
