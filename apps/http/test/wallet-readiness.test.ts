import { LightningError } from '@lightning-mcp/core'
import type { Budget, WalletDetails } from '@lightning-mcp/wallet'
import { describe, expect, test } from 'vitest'
import { createReadiness } from '../src/wallet-readiness.ts'

const down = new LightningError({ code: 'unavailable', message: 'nobody listens at 127.0.0.1:10009' })
const online = async () => ({ online: true }) as WalletDetails
const budget = async () => ({}) as Budget

describe('whether the server is ready', () => {
  test.each([
    {
      name: 'all is well',
      wallet: { getBudget: budget, getDetails: online },
      showMessages: true,
      checks: { store: 'ok', backend: 'ok' },
    },
    {
      name: 'the node is down',
      wallet: { getBudget: budget, getDetails: () => Promise.reject(down) },
      showMessages: true,
      checks: { store: 'ok', backend: 'unavailable: nobody listens at 127.0.0.1:10009' },
    },
    {
      name: 'the node is down and strangers may ask',
      wallet: { getBudget: budget, getDetails: () => Promise.reject(down) },
      showMessages: false,
      checks: { store: 'ok', backend: 'unavailable' },
    },
    {
      name: 'the node answered earlier only',
      wallet: { getBudget: budget, getDetails: async () => ({ online: false }) as WalletDetails },
      showMessages: false,
      checks: { store: 'ok', backend: 'unavailable: the node does not answer' },
    },
    {
      name: 'the store is broken',
      wallet: {
        getBudget: () => Promise.reject(new Error('disk I/O error at /home/me')),
        getDetails: online,
      },
      showMessages: true,
      checks: { store: 'internal', backend: 'ok' },
    },
  ])('$name', async ({ wallet, showMessages, checks }) => {
    const ready = checks.store === 'ok' && checks.backend === 'ok'
    expect(await createReadiness({ wallet, showMessages })()).toEqual({ ready, checks })
  })

  test('a node that never answers is not waited for', async () => {
    const wallet = { getBudget: budget, getDetails: () => new Promise<never>(() => {}) }
    const { ready, checks } = await createReadiness({ wallet, showMessages: true, timeoutMs: 20 })()
    expect({ ready, backend: checks['backend'] }).toEqual({
      ready: false,
      backend: 'unavailable: no answer in time',
    })
  })

  test('many askers at once are one question to the node', async () => {
    let asked = 0
    let nowMs = 0
    const getDetails = async () => {
      asked += 1
      return online()
    }
    const readiness = createReadiness({
      wallet: { getBudget: budget, getDetails },
      showMessages: true,
      now: () => nowMs,
    })
    await Promise.all([readiness(), readiness(), readiness()])
    expect(asked).toBe(1)
    nowMs = 1_000
    await readiness()
    expect(asked).toBe(2)
  })
})
