import { writeFileSync } from 'node:fs'
import { createOwner } from '@lightning-mcp/wallet'
import { expect, it } from 'vitest'
import { openLedger } from '../src/index.ts'
import { recordingModule } from './support/recording-module.ts'
import { runtimeOf, temporaryFolder } from './support/runtime-of.ts'

it('a simulator that was chosen by its path needs an owner to spend', async () => {
  const ownerDir = temporaryFolder()
  const { runtime } = await runtimeOf(recordingModule().module, { argv: ['--owner-dir', ownerDir] })
  const reason = async () => (await runtime.wallet.getBudget()).paused?.reason
  await runtime.wallet.getBalance()
  expect(await reason()).toContain('no owner’s key')
  await createOwner({ folder: ownerDir, passphrase: 'made while it runs' })
  expect(await reason()).toContain('has not made this database the ledger')
})

it('the built-in simulator needs none', async () => {
  const { runtime } = await runtimeOf(recordingModule({ kind: 'simulator' }).module, {
    argv: ['--owner-dir', temporaryFolder()],
  })
  expect((await runtime.wallet.getBudget()).paused).toBeUndefined()
})

it('a damaged public key is no owner, and is told of once', async () => {
  const ownerDir = temporaryFolder()
  writeFileSync(`${ownerDir}/owner.json`, '{"version":1,"publicKey":"nonsense"}')
  const { runtime, lines } = await runtimeOf(recordingModule().module, { argv: ['--owner-dir', ownerDir] })
  await runtime.wallet.getBalance()
  for (let i = 0; i < 2; i++)
    expect((await runtime.wallet.getBudget()).paused?.reason).toContain('no owner’s key')
  expect(lines.filter((line) => line.includes('does not hold an owner'))).toHaveLength(1)
})

it('the records of the simulator without a data folder are nowhere to be opened', async () => {
  const { runtime, lines } = await runtimeOf(recordingModule({ kind: 'simulator' }).module)
  const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }
  await expect(openLedger(runtime.config, { log })).rejects.toMatchObject({
    code: 'invalid_request',
    hint: expect.stringContaining('--data-dir'),
  })
  expect(lines).toEqual([])
})
