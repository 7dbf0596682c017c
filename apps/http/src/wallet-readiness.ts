import { LightningError } from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'
import type { Readiness } from './health-routes.ts'

interface Options {
  wallet: Pick<Wallet, 'getBudget' | 'getDetails'>
  /** False: only codes, because strangers may ask. */
  showMessages: boolean
  timeoutMs?: number
  /** For how long an answer stands: a prober must not become a load on the node. */
  reuseMs?: number
  now?: () => number
}

/** Ready means: the store can be read and the node answers. */
export const createReadiness = (options: Options): (() => Promise<Readiness>) => {
  const { wallet, showMessages, timeoutMs = 5_000, reuseMs = 1_000, now = Date.now } = options
  const explain = (error: unknown): string => {
    if (!LightningError.is(error)) return 'internal'
    return showMessages ? `${error.code}: ${error.message}` : error.code
  }
  const within = async (work: (signal: AbortSignal) => Promise<string>): Promise<string> => {
    const signal = AbortSignal.timeout(timeoutMs)
    const overdue = new Promise<string>((resolve) =>
      signal.addEventListener('abort', () => resolve('unavailable: no answer in time'), { once: true }),
    )
    return Promise.race([work(signal).catch(explain), overdue])
  }
  const look = async (): Promise<Readiness> => {
    const [store, backend] = await Promise.all([
      within(async (signal) => {
        await wallet.getBudget({ signal })
        return 'ok'
      }),
      within(async (signal) =>
        (await wallet.getDetails({ signal })).online ? 'ok' : 'unavailable: the node does not answer',
      ),
    ])
    return { ready: store === 'ok' && backend === 'ok', checks: { store, backend } }
  }
  let last: { at: number; answer: Promise<Readiness> } | undefined
  return () => {
    if (last === undefined || now() - last.at >= reuseMs) last = { at: now(), answer: look() }
    return last.answer
  }
}
