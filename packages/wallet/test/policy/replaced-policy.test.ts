import { expect, test } from 'vitest'
import type { StoreWriter, WalletStore } from '../../src/store/wallet-store.ts'
import type { Wallet } from '../../src/wallet.ts'
import { accountPolicy, OwnedWorld } from '../support/owned-world.ts'
import { openStore, STORE } from '../support/stores.ts'

/** Looks at limits and gates go on while another transaction is under way: on PostgreSQL only. */
test.runIf(STORE === 'postgres')('rules replaced between judging and reserving are not passed', async () => {
  const world = new OwnedWorld()
  world.put(accountPolicy(1, { maxPerDaySats: 10 }))
  const plain = openStore(world.database)
  const other = await world.start()
  let wallet: Wallet | undefined
  let replace = false
  const store: WalletStore = {
    ...plain,
    async transaction(work) {
      if (!replace) return plain.transaction(work)
      replace = false
      // another replica puts the tighter policy on record, and only then this one gets the lock
      world.put(accountPolicy(2, { maxPerDaySats: 1 }))
      await other.wallet.getBudget()
      return plain.transaction((writer) =>
        work(
          new Proxy(writer, {
            get(target, name) {
              const value = Reflect.get(target, name)
              if (name !== 'usage') return value
              return async (...given: Parameters<StoreWriter['usage']>) => {
                const usage = await target.usage(...given)
                await wallet?.getBudget()
                return usage
              }
            },
          }),
        ),
      )
    },
  }
  const one = await world.start({ store })
  wallet = one.wallet
  const { invoice } = world.invoice({ amountMsat: 5_000n })
  replace = true
  await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({ code: 'spending_paused' })
  await expect(wallet.pay({ destination: invoice })).rejects.toMatchObject({ code: 'budget_exceeded' })
  expect(world.node.requests).toHaveLength(0)
})
