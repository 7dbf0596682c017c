import { msat } from '@lightning-mcp/core'
import { createAccount } from '../../src/accounts/create-account.ts'
import type { PaymentRequest, Wallet } from '../../src/wallet.ts'
import { FakeService } from '../support/fake-service.ts'
import { World } from '../support/world.ts'

const BOB = 'bob@example.com'
export const bob = { destination: BOB, amountMsat: msat(5_000n) }

/** The quote of a preview that gives one. */
export async function quoteOf(wallet: Wallet, request: PaymentRequest): Promise<string> {
  const { quoteId, verdict } = await wallet.preview(request)
  if (quoteId === undefined) throw new Error(`no quote: ${verdict.code}`)
  return quoteId
}

/** A wallet that can pay invoices and addresses. */
export async function start(
  world = new World({ memory: true }),
  options: Parameters<World['start']>[0] = {},
) {
  const service = new FakeService(world)
  if (options.account !== undefined) {
    const { store } = world.open()
    await createAccount(store, { name: options.account, kind: 'own', identity: world.node.profile.identity })
  }
  return { world, service, ...(await world.start({ resolver: service, ...options })) }
}
