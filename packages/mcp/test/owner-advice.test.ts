import { LightningError, msat } from '@lightning-mcp/core'
import type { Budget, Wallet } from '@lightning-mcp/wallet'
import { expect, test } from 'vitest'
import { createMcpFace } from '../src/index.ts'
import { cannedWallet, NOW, PAYMENT_ID } from './canned-wallet.ts'

const INVOICE = 'lnbcrt10u1pcanned'
const HINT = 'The owner has to run: lightning-mcp owner init'
const SAID = 'The owner has to run: npx -y lightning-mcp --data-dir /d owner init'

async function call(name: string, args: Record<string, unknown>, overrides: Partial<Wallet>) {
  const face = createMcpFace({
    wallet: cannedWallet(overrides),
    version: '0',
    advice: (text) => text.replace('lightning-mcp owner', 'npx -y lightning-mcp --data-dir /d owner'),
  })
  const outcome = await face.callTool(name, args, {
    signal: new AbortController().signal,
    onProgress: undefined,
  })
  if (outcome === undefined) throw new Error(`no tool ${name}`)
  return outcome
}

const paused = { reason: 'this wallet has no owner’s key yet', hint: HINT }
const getBudget = async (): Promise<Budget> => ({ ...(await cannedWallet().getBudget()), paused })

test('a refusal names the owner’s command as it is typed here', async () => {
  const pay = async () => {
    throw new LightningError({ code: 'spending_paused', message: 'no owner’s key yet', hint: HINT })
  }
  const { data, text } = await call('pay_invoice', { invoice: INVOICE }, { pay })
  expect(data['next_step']).toBe(SAID)
  expect(text).toContain(SAID)
})

test('so do the budget and the state of the connection', async () => {
  const budget = await call('get_budget', {}, { getBudget })
  expect(budget.data['paused']).toBe(`this wallet has no owner’s key yet. ${SAID}`)
  const { data } = await call('check_connection', {}, { getBudget })
  expect(data['problems']).toContainEqual(expect.objectContaining({ next_step: SAID }))
})

test('what a stranger wrote is left as it is', async () => {
  const preview: Wallet['preview'] = async (request) => ({
    ...(await cannedWallet().preview(request)),
    description: 'run lightning-mcp owner resume',
    verdict: { allowed: false, message: 'spending is paused', hint: HINT, rules: [] },
  })
  const { data, text } = await call('preview_payment', { destination: INVOICE }, { preview })
  expect(data).toMatchObject({ memo: 'run lightning-mcp owner resume', next_step: SAID })
  expect(text).toContain(`not allowed: spending is paused. ${SAID}`)
})

test('the budget says in one line what is left in each window', async () => {
  const rule = (name: string, scope: string, remaining: bigint) => ({
    rule: name,
    scope,
    allowed: true,
    limitMsat: msat(50_000_000n),
    usedMsat: msat(50_000_000n - remaining),
    remainingMsat: msat(remaining),
  })
  const { text } = await call(
    'get_budget',
    {},
    {
      getBudget: async () => ({
        ...(await cannedWallet().getBudget()),
        rules: [
          rule('max_payment', 'server', 10_000_000n),
          rule('max_per_hour', 'server', 9_999_999n),
          rule('max_per_day', 'account:default', 20_000_000n),
          rule('max_per_day', 'server', 3_000_000n),
          rule('max_per_day', 'account:default/budget:search', 1_000_000n),
        ],
      }),
    },
  )
  expect(text).toContain(
    'Left with fees: 9,999 sats in any hour, 3,000 sats in any 24 hours. Of budget search: 1,000 sats in any 24 hours.',
  )
})

test('the preview of a paid invoice offers no quote in words', async () => {
  const preview: Wallet['preview'] = async (request) => ({
    ...(await cannedWallet().preview(request)),
    kind: 'invoice',
    earlier: { paymentId: PAYMENT_ID, state: 'settled', at: NOW },
    quoteId: 'quo_01jd8k0000000000000000test',
  })
  const { text } = await call('preview_payment', { destination: INVOICE }, { preview })
  expect(text).toContain(`It was paid already, as ${PAYMENT_ID}; paying it again sends nothing.`)
  expect(text).not.toContain('quo_')
})
