import { expect, test } from 'vitest'
import { ask } from '../support/stores.ts'
import { World } from '../support/world.ts'

/** What the third step added, taken back. */
const BACK_TO_TWO = [
  'drop table hold_invoices',
  'drop index offers_by_destination',
  'drop index capital_by_time',
  'alter table intents drop column send_options',
  'alter table quotes drop column capital_msat',
  'alter table quotes drop column terms',
  `update meta set value = '2' where key = 'schema'`,
]

test('a ledger of before offers and hold invoices goes on as it is', async () => {
  const world = new World()
  const before = await world.start()
  const { invoice: destination } = world.invoice()
  const { paymentId } = await before.wallet.pay({ destination })
  before.kill()
  await before.store.close()
  for (const statement of BACK_TO_TWO) await ask(world.database, statement)
  const { wallet } = await world.start()
  expect(await wallet.pay({ destination })).toMatchObject({ paymentId, state: 'settled', replayed: true })
  const offer = world.node.offers.make({ amountMsat: 1_000n })
  expect(await wallet.spend({ kind: 'offer', offer })).toMatchObject({ state: 'settled' })
})
