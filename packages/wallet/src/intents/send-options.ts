import { type Capabilities, type Capability, LightningError, nodeId, supports } from '@lightning-mcp/core'
import type { PaymentRequest } from '../wallet.ts'
import type { SendOptions } from './intent.ts'

const MAX_PARTS = 1_000
const MAX_CHANNELS = 100
const SHORT_CHANNEL_ID = /^\d{1,8}x\d{1,8}x\d{1,5}$/

const bad = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** How a payment is to be routed, read from the caller's words; `undefined`: nothing was said. */
export function readSendOptions({
  maxParts,
  outgoingChannels,
  lastHop,
}: PaymentRequest): SendOptions | undefined {
  if (maxParts !== undefined && !(Number.isSafeInteger(maxParts) && maxParts >= 1 && maxParts <= MAX_PARTS))
    throw bad(`a payment is split into 1 to ${MAX_PARTS} parts`, 'Give such a number, or leave it out.')
  const isNamed = (id: unknown): boolean => typeof id === 'string' && SHORT_CHANNEL_ID.test(id)
  if (
    outgoingChannels !== undefined &&
    (outgoingChannels.length === 0 ||
      outgoingChannels.length > MAX_CHANNELS ||
      !outgoingChannels.every(isNamed))
  )
    throw bad(
      `the channels to go out by are named by 1 to ${MAX_CHANNELS} short channel ids`,
      'List the channels and give their short ids, such as 563x1x0, or leave it out.',
    )
  const options: SendOptions = {
    ...(maxParts === undefined ? {} : { maxParts }),
    ...(outgoingChannels === undefined ? {} : { outgoingChannels: [...new Set(outgoingChannels)] }),
    ...(lastHop === undefined ? {} : { lastHop: nodeId(lastHop) }),
  }
  return Object.keys(options).length === 0 ? undefined : options
}

/** Throws where the backend would not do as told: nothing is recorded then. */
export function assertCanRoute(options: SendOptions | undefined, capabilities: Capabilities): void {
  for (const name of Object.keys(options ?? {}) as (keyof SendOptions)[]) {
    if (supports(capabilities, `payInvoice.${name}` as Capability)) continue
    throw new LightningError({
      code: 'unsupported',
      message: `this wallet’s backend cannot be told ${WORDS[name]}; nothing was sent`,
      hint: 'Leave it out.',
      sent: 'no',
    })
  }
}

const WORDS: Readonly<Record<keyof SendOptions, string>> = {
  maxParts: 'into how many parts to split a payment',
  outgoingChannels: 'by which channels to pay',
  lastHop: 'by which node a payment is to arrive',
}
