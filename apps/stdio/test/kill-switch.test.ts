import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const PAUSED = { isError: true, structuredContent: { code: 'spending_paused', money_may_have_moved: false } }

async function start(dataDir: string): Promise<ServerProcess> {
  const server = new ServerProcess({ args: ['--backend', 'simulator', '--data-dir', dataDir] })
  await server.initialize()
  return server
}

const pay = async (server: ServerProcess) => {
  const { invoice } = await server.data('create_test_invoice', { amount_sats: 5 })
  return server.call('pay_invoice', { invoice })
}

it.skipIf(process.platform === 'win32')(
  'SIGUSR2 pauses every server on the data folder, for good',
  async () => {
    const dataDir = temporaryFolder()
    const [one, two] = [await start(dataDir), await start(dataDir)]
    expect((await pay(two)).isError).not.toBe(true)
    one.child.kill('SIGUSR2')
    await one.until(() => one.stderr.includes('SIGUSR2: spending is paused'))
    expect(await pay(one)).toMatchObject(PAUSED)
    expect(await pay(two)).toMatchObject(PAUSED)
    expect((await two.data('create_invoice', { amount_sats: 5 }))['status']).toBe('open')
    for (const server of [one, two]) expect(await server.end()).toEqual({ code: 0, signal: null })
    const again = await start(dataDir)
    expect(await pay(again)).toMatchObject(PAUSED)
    await again.end()
  },
)

it('the file PAUSE in the data folder pauses, and its removal does not resume', async () => {
  const dataDir = temporaryFolder()
  const server = await start(dataDir)
  expect((await pay(server)).isError).not.toBe(true)
  writeFileSync(join(dataDir, 'PAUSE'), '')
  expect(await pay(server)).toMatchObject(PAUSED)
  rmSync(join(dataDir, 'PAUSE'))
  expect(await pay(server)).toMatchObject(PAUSED)
  await server.end()
})
