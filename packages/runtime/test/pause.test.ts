import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recordingModule } from './support/recording-module.ts'
import { runtimeOf, temporaryFolder } from './support/runtime-of.ts'

it('is paused by a signal, and does not die of it', async () => {
  const { runtime } = await runtimeOf(recordingModule().module)
  await runtime.wallet.start()
  process.kill(process.pid, 'SIGUSR2')
  await expect
    .poll(async () => (await runtime.wallet.getBudget()).paused?.reason)
    .toContain('the server got SIGUSR2')
})

it('is paused by the file PAUSE in the wallet’s folder', async () => {
  const argv = [`--data-dir=${temporaryFolder()}`]
  const { runtime } = await runtimeOf(recordingModule({ kind: 'simulator' }).module, { argv })
  await runtime.wallet.start()
  expect((await runtime.wallet.getBudget()).paused).toBeUndefined()
  expect(existsSync(runtime.walletFolder ?? '')).toBe(true)
  writeFileSync(join(runtime.walletFolder ?? '', 'PAUSE'), '')
  expect((await runtime.wallet.getBudget()).paused?.reason).toContain('kill file')
})
