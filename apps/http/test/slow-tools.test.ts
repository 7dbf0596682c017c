import { loadConfig } from '@lightning-mcp/config'
import { createLog, openRuntime } from '@lightning-mcp/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { slowTools } from '../src/slow-tools.ts'

test('whatever waits for the network keeps its answer alive', async () => {
  const argv = ['--backend', 'simulator', '--toolsets', 'all']
  const config = await loadConfig({ argv, env: { HOME: '/nonexistent' }, cwd: '/', app: 'http' })
  const log = createLog({ level: 'silent', write: () => undefined })
  const runtime = await openRuntime(config, { log, version: '0.0.0' })
  onTestFinished(() => runtime.close())
  const slow = slowTools(runtime.face)
  expect(slow).toEqual(
    expect.arrayContaining([
      'pay_invoice',
      'pay_lightning_address',
      'wait_for_payment',
      'pay',
      'pay_keysend',
      'open_channel',
      'close_channel',
      'splice_in',
      'splice_out',
      'send_onchain',
      'estimate_route_fee',
    ]),
  )
  expect(slow).not.toContain('get_wallet_balance')
})
