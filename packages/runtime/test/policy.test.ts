import { createOwner, installPolicy } from '@lightning-mcp/wallet'
import { expect, it } from 'vitest'
import { recordingModule } from './support/recording-module.ts'
import { runtimeOf, temporaryFolder } from './support/runtime-of.ts'

async function withOwner(flags: readonly string[] = []) {
  const ownerDir = temporaryFolder()
  const key = await createOwner({ folder: ownerDir, passphrase: 'a long enough passphrase' })
  const argv = [`--data-dir=${temporaryFolder()}`, `--owner-dir=${ownerDir}`, ...flags]
  const { runtime } = await runtimeOf(recordingModule({ kind: 'simulator' }).module, { argv })
  await runtime.wallet.start()
  const folder = runtime.walletFolder ?? ''
  return {
    wallet: runtime.wallet,
    install: (policy: object) => installPolicy({ folder, text: JSON.stringify(policy), key }),
  }
}

const account = (version: number, maxPaymentSats: number) => ({
  version,
  accounts: { default: { maxPaymentSats } },
})

it('follows a policy that the owner signs while it runs', async () => {
  const { wallet, install } = await withOwner()
  expect(await wallet.getBudget()).toMatchObject({ maxPaymentMsat: 10_000_000n })
  await install(account(1, 20_000))
  expect(await wallet.getBudget()).toMatchObject({ maxPaymentMsat: 20_000_000n })
  await install(account(2, 5))
  expect(await wallet.getBudget()).toMatchObject({ maxPaymentMsat: 5_000n })
})

it('takes a flag for a lower limit beside a policy, and for no higher one', async () => {
  const { wallet, install } = await withOwner(['--max-payment-sats=300'])
  expect(await wallet.getBudget()).toMatchObject({ maxPaymentMsat: 300_000n })
  await install(account(1, 200))
  expect(await wallet.getBudget()).toMatchObject({ maxPaymentMsat: 200_000n })
  await install(account(2, 400))
  expect(await wallet.getBudget()).toMatchObject({ maxPaymentMsat: 300_000n })
})

it('takes flags for limits where there is no policy', async () => {
  const { wallet } = await withOwner(['--max-payment-sats=90000', '--max-per-hour-sats=7'])
  const { maxPaymentMsat, rules } = await wallet.getBudget()
  expect(maxPaymentMsat).toBe(90_000_000n)
  expect(rules.find(({ rule }) => rule === 'max_per_hour')).toMatchObject({ limitMsat: 7_000n })
  expect(rules.find(({ rule }) => rule === 'max_per_day')).toMatchObject({ limitMsat: 50_000_000n })
})
