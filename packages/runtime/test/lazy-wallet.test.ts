import { declareCapabilities, LightningError, supports } from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'
import { describe, expect, it } from 'vitest'
import { createLazyWallet } from '../src/lazy-wallet.ts'
import { recordingModule } from './support/recording-module.ts'
import { runtimeOf } from './support/runtime-of.ts'

const down = new LightningError({ code: 'unavailable', message: 'the node is down' })

describe('a lazy wallet', () => {
  it('shows declared capabilities and opens nothing before its first use', async () => {
    const { module, calls, made } = recordingModule()
    const { runtime } = await runtimeOf(module)
    expect(runtime.wallet.capabilities).toEqual(module.capabilities)
    expect(runtime.wallet.node.channels?.list).toBeTypeOf('function')
    expect(runtime.face.tools.length).toBeGreaterThan(5)
    expect({ calls, made }).toEqual({ calls: [], made: [] })
  })

  it('opens once for calls in parallel', async () => {
    const { module, made } = recordingModule()
    const { runtime } = await runtimeOf(module)
    await Promise.all([runtime.wallet.getBalance(), runtime.wallet.getBudget(), runtime.wallet.start()])
    expect(made).toHaveLength(1)
  })

  it('reads the node through the wallet', async () => {
    const { runtime } = await runtimeOf(recordingModule().module)
    const channels = await runtime.wallet.node.channels?.list({ limit: 10 })
    expect(channels?.items.length).toBeGreaterThan(0)
  })

  it('lacks the facets that are not declared', async () => {
    const { runtime } = await runtimeOf(
      recordingModule({ capabilities: declareCapabilities({ getBalance: 'native' }) }).module,
    )
    expect(runtime.wallet.node.channels).toBeUndefined()
    expect(runtime.wallet.node.onchain).toBeUndefined()
  })

  it('answers what was learned in the place of what was declared', async () => {
    const learned = declareCapabilities({ getBalance: 'native' })
    const wallet = createLazyWallet({
      capabilities: declareCapabilities({ 'channels.list': 'native' }),
      open: async () =>
        ({ capabilities: learned, node: {}, stop: async () => undefined }) as unknown as Wallet,
    })
    const early = wallet.node.channels
    await wallet.start()
    expect(supports(wallet.capabilities, 'channels.list')).toBe(false)
    expect(wallet.node.channels).toBeUndefined()
    expect(early?.list).toBeUndefined()
  })

  it('refuses a reading call that turns out to be missing', async () => {
    const wallet = createLazyWallet({
      capabilities: declareCapabilities({ 'peers.list': 'native' }),
      open: async () => ({ capabilities: {}, node: {}, stop: async () => undefined }) as unknown as Wallet,
    })
    await expect(wallet.node.peers?.list({})).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('tries again with the next call after a failed opening', async () => {
    let attempts = 0
    const wallet = createLazyWallet({
      capabilities: declareCapabilities({}),
      async open() {
        attempts += 1
        if (attempts === 1) throw down
        return { getBudget: async () => 'opened', stop: async () => undefined } as unknown as Wallet
      },
    })
    await expect(wallet.getBudget()).rejects.toBe(down)
    expect(await wallet.getBudget()).toBe('opened')
  })

  it('opens paused where it was paused before', async () => {
    const done: string[] = []
    const wallet = createLazyWallet({
      capabilities: declareCapabilities({}),
      open: async () =>
        ({
          pause: async (reason: string) => void done.push(reason),
          pay: async () => void done.push('paid'),
          stop: async () => undefined,
        }) as unknown as Wallet,
    })
    const pausing = wallet.pause('a signal', 'signal')
    await wallet.pay({ destination: 'lnbc1' })
    await pausing
    expect(done).toEqual(['a signal', 'paid'])
  })

  it('takes no call once it stops, and stops what was opened once', async () => {
    let stops = 0
    const wallet = createLazyWallet({
      capabilities: declareCapabilities({}),
      open: async () =>
        ({
          async stop() {
            stops += 1
          },
        }) as unknown as Wallet,
    })
    await wallet.start()
    await Promise.all([wallet.stop(), wallet.stop()])
    expect(stops).toBe(1)
    await expect(wallet.getBalance()).rejects.toMatchObject({ code: 'not_ready', sent: 'no' })
  })

  it('stops without ever having been opened', async () => {
    const wallet = createLazyWallet({
      capabilities: declareCapabilities({}),
      open: () => Promise.reject(new Error('must not be opened')),
    })
    await expect(wallet.stop()).resolves.toBeUndefined()
  })
})
