import { LightningError } from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'
import { describe, expect, it } from 'vitest'
import { createLog } from '../src/index.ts'
import { startWallet } from '../src/start-wallet.ts'

describe('starting in the background', () => {
  it('tries again until the wallet opens, and says what is wrong', async () => {
    const said: string[] = []
    let attempts = 0
    const wallet = {
      async start() {
        attempts += 1
        if (attempts < 4)
          throw new LightningError({ code: 'unavailable', message: 'the node is down', hint: 'Start it.' })
      },
    } as Wallet
    const pauses: number[] = []
    const started = startWallet(wallet, {
      log: createLog({ level: 'error', write: (line) => said.push(line) }),
      signal: new AbortController().signal,
      wait: async (pauseMs) => void pauses.push(pauseMs),
    })
    await started
    expect(attempts).toBe(4)
    expect(pauses).toEqual([1_000, 2_000, 4_000])
    expect(said[0]).toContain('the node is down next="Start it."')
  })

  it('ends with the signal', async () => {
    const stopping = new AbortController()
    const wallet = {
      start: () => Promise.reject(new Error('still down')),
    } as unknown as Wallet
    const ended = startWallet(wallet, {
      log: createLog({ level: 'silent', write: () => undefined }),
      signal: stopping.signal,
    })
    stopping.abort()
    await expect(ended).resolves.toBeUndefined()
  })
})
