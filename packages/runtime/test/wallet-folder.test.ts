import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import type { BackendModule } from '@lightning-mcp/core'
import { LightningError } from '@lightning-mcp/core'
import { describe, expect, it } from 'vitest'
import { folderOf } from '../src/known-nodes.ts'
import { recordingModule } from './support/recording-module.ts'
import { runtimeOf, temporaryFolder } from './support/runtime-of.ts'

/** A node of its own for each seed, which may be down. */
const nodeOf = (seed: string, isUp: () => boolean): BackendModule =>
  recordingModule({
    kind: 'noded',
    createBackend() {
      const backend = createSimulatorBackend({ seed })
      return new Proxy(backend, {
        get(target, key) {
          const member = Reflect.get(target, key) as unknown
          if (typeof member !== 'function') return member
          return (...args: unknown[]): unknown => {
            if (isUp() || key === 'close') return member.apply(target, args)
            throw new LightningError({ code: 'unavailable', message: 'the node is down' })
          }
        },
      })
    },
  }).module

describe('the place of the records', () => {
  it('is nowhere for the simulator without a data folder', async () => {
    const { module } = recordingModule({ kind: 'simulator' })
    const { runtime } = await runtimeOf(module)
    await runtime.wallet.start()
    expect(runtime.walletFolder).toBeUndefined()
  })

  it('is the data folder where one is given', async () => {
    const home = temporaryFolder()
    const { runtime } = await runtimeOf(recordingModule().module, { home, argv: ['--data-dir', 'data'] })
    await runtime.wallet.start()
    expect(runtime.walletFolder).toBe(join(home, 'data'))
    expect(readdirSync(join(home, 'data'))).toContain('wallet.sqlite')
  })

  it('is one folder per node that only its owner can read', async () => {
    const home = temporaryFolder()
    const folders = []
    for (const seed of ['one', 'two', 'one']) {
      const { runtime } = await runtimeOf(
        nodeOf(seed, () => true),
        { home },
      )
      await runtime.wallet.start()
      folders.push(runtime.walletFolder ?? '')
      await runtime.close()
    }
    expect(folders[0]).toBe(folders[2])
    expect(folders[0]).not.toBe(folders[1])
    expect(statSync(folders[0] ?? '').mode & 0o077).toBe(0)
  })

  it('is remembered for a start while the node is down', async () => {
    const home = temporaryFolder()
    let up = true
    const first = await runtimeOf(
      nodeOf('one', () => up),
      { home },
    )
    await first.runtime.wallet.start()
    await first.runtime.close()
    up = false
    const second = await runtimeOf(
      nodeOf('one', () => up),
      { home },
    )
    await second.runtime.wallet.start()
    expect(second.runtime.walletFolder).toBe(first.runtime.walletFolder)
    await expect(second.runtime.wallet.getBalance()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('takes no payments of another node that the same settings lead to by now', async () => {
    const home = temporaryFolder()
    const first = await runtimeOf(
      nodeOf('one', () => true),
      { home },
    )
    await first.runtime.wallet.start()
    await first.runtime.close()
    let up = false
    const second = await runtimeOf(
      nodeOf('two', () => up),
      { home },
    )
    await second.runtime.wallet.start()
    expect(second.runtime.walletFolder).toBe(first.runtime.walletFolder)
    up = true
    await expect(second.runtime.wallet.getBalance()).rejects.toMatchObject({ code: 'unauthenticated' })
    await second.runtime.close()
    const third = await runtimeOf(
      nodeOf('two', () => true),
      { home },
    )
    await third.runtime.wallet.getBalance()
    expect(third.runtime.walletFolder).not.toBe(first.runtime.walletFolder)
  })

  it('is not guessed for a node that was never seen', async () => {
    const home = temporaryFolder()
    let up = false
    const { runtime } = await runtimeOf(
      nodeOf('one', () => up),
      { home },
    )
    await expect(runtime.wallet.start()).rejects.toMatchObject({ code: 'unavailable' })
    expect(runtime.walletFolder).toBeUndefined()
    up = true
    await runtime.wallet.start()
    expect(runtime.walletFolder).toContain('simulator-regtest-')
  })

  it('is refused in plain words where nothing can be written', async () => {
    const home = temporaryFolder()
    writeFileSync(join(home, '.local'), 'a file where a folder should be')
    const { runtime } = await runtimeOf(
      nodeOf('one', () => true),
      { home },
    )
    await expect(runtime.wallet.start()).rejects.toMatchObject({
      code: 'not_ready',
      message: expect.stringMatching(/data folder .* cannot be used/),
    })
  })

  it('remembers no setting in the clear', async () => {
    const home = temporaryFolder()
    const { runtime } = await runtimeOf(
      nodeOf('one', () => true),
      { home },
    )
    await runtime.wallet.start()
    const file = join(runtime.config.stateDir, 'nodes.json')
    const known = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
    expect(Object.keys(known)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
    expect(statSync(file).mode & 0o077).toBe(0)
  })

  it('has a name that is safe as a folder', () => {
    expect(folderOf({ kind: 'lnd', network: 'mainnet', id: `02${'ab'.repeat(32)}` })).toBe(
      'lnd-mainnet-02ababababababab',
    )
    expect(folderOf({ kind: '../x', network: 'signet', id: '../../etc' })).toMatch(
      /^\.\._x-signet-[0-9a-f]{16}$/,
    )
  })
})
