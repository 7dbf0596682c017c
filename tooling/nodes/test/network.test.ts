import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LndNode, mintMacaroon, type Network, requireNodes, startNetwork, waitUntil } from '../index.ts'
import { runsFolder } from '../paths.ts'
import { isRunning, readRun, sweepLeftovers, writeRun } from '../processes.ts'

const real = await requireNodes('the test network itself')

describe.skipIf(!real)('a network of real nodes', () => {
  let network: Network
  let nodes: [LndNode, LndNode, LndNode]

  beforeAll(async () => {
    network = await startNetwork()
    nodes = [...network.nodes] as typeof nodes
  })

  afterAll(() => network?.stop())

  const pay = async (from: LndNode, to: LndNode): Promise<string> => {
    const { payment_request } = await to.call<{ payment_request: string }>('default', 'addInvoice', {
      value_msat: '2000000000',
    })
    const payment = await from.first<{ status: string }>(
      'router',
      'sendPaymentV2',
      { payment_request, fee_limit_msat: '10000', timeout_seconds: 30, no_inflight_updates: true },
      () => true,
    )
    return payment.status
  }

  test('money moves over two hops in both directions', async () => {
    const [a, , c] = nodes
    expect(await pay(a, c)).toBe('SUCCEEDED')
    expect(await pay(c, a)).toBe('SUCCEEDED')
  })

  test('a killed node comes back with its channels', async () => {
    const [a, b] = nodes
    const before = b.pid
    await b.kill()
    expect(b.pid).toBeUndefined()
    await b.restart()
    expect(b.pid).not.toBe(before)
    await a.waitForChannels()
    expect(await pay(a, b)).toBe('SUCCEEDED')
  })

  test('a node starts locked when told', async () => {
    const [a] = nodes
    await a.restart({ locked: true })
    await expect(a.call('default', 'getInfo')).rejects.toThrow('wallet locked')
    await a.restart()
  })

  test('a minted macaroon allows what it says', async () => {
    const { hex } = await mintMacaroon(nodes[0], ['info:read'])
    expect(Buffer.from(hex, 'hex').toString('latin1')).toContain('info')
  })
})

describe.skipIf(!real)('after a crash', () => {
  const started: ChildProcess[] = []

  afterAll(() => {
    for (const child of started) child.kill('SIGKILL')
  })

  /** Starts a network of one node in a process of its own. */
  async function startElsewhere(): Promise<{ child: ChildProcess; file: string }> {
    const known = new Set(existsSync(runsFolder()) ? readdirSync(runsFolder()) : [])
    const child = spawn(
      process.execPath,
      ['--conditions=development', join(import.meta.dirname, '..', 'main.ts'), '--nodes', '1'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    started.push(child)
    child.stdout?.setEncoding('utf8')
    await waitForText(child, 'Ctrl-C')
    const name = readdirSync(runsFolder()).find(
      (file) => !known.has(file) && readRun(join(runsFolder(), file))?.owner.pid === child.pid,
    )
    return { child, file: join(runsFolder(), name!) }
  }

  const waitForText = (child: ChildProcess, text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let seen = ''
      child.stdout?.on('data', (chunk: string) => {
        seen += chunk
        if (seen.includes(text)) resolve()
      })
      child.once('exit', () => reject(new Error('it ended before it was ready')))
    })

  test('SIGKILL of the owner leaves no daemon and no file', async () => {
    const { child, file } = await startElsewhere()
    const run = readRun(file)!
    expect(run.processes).toHaveLength(2)
    child.kill('SIGKILL')
    await waitUntil(
      'everything to be gone',
      async () => !existsSync(file) && !existsSync(run.folder) && !run.processes.some(isRunning),
    )
  })

  test('an interrupt stops everything in order', async () => {
    const { child, file } = await startElsewhere()
    const run = readRun(file)!
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
    expect(existsSync(file) || existsSync(run.folder)).toBe(false)
    expect(run.processes.filter(isRunning)).toEqual([])
  })

  test('leftovers of a dead owner are swept, the living are spared', async () => {
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    started.push(left)
    const { identify } = await import('../processes.ts')
    const file = join(runsFolder(), `test-${left.pid}.json`)
    const folder = join(runsFolder(), 'not-a-network')
    const id = identify(left.pid!)
    // the same number with another start time is another process
    writeRun(file, {
      owner: { pid: process.pid, startedAt: 'long ago' },
      folder,
      processes: [{ ...id, startedAt: '1' }],
    })
    sweepLeftovers()
    expect(isRunning(id)).toBe(true)
    writeRun(file, { owner: { pid: process.pid, startedAt: 'long ago' }, folder, processes: [id] })
    const ended = once(left, 'exit')
    sweepLeftovers()
    await ended
    expect(isRunning(id)).toBe(false)
    expect(existsSync(file)).toBe(false)
  })
})
