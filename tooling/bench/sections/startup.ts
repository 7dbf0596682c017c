import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { median } from '../measure.ts'
import { residentBytes, root } from '../processes.ts'
import { heading, line } from '../report.ts'

interface Start {
  milliseconds: number
  listBytes: number
  resident: number | undefined
}

/** From spawn to the answer of the first `tools/list`, as a 2025-era client asks it. */
const start = (args: readonly string[]): Promise<Start> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    let asked = false
    const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.on('exit', () => reject(new Error(`ended before tools/list: ${errors.slice(-1000)}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      for (const row of output.split('\n').slice(0, -1)) {
        const message = JSON.parse(row) as { id?: number; result?: { tools?: unknown } }
        if (message.id === 1 && !asked) {
          asked = true
          send({ method: 'notifications/initialized' })
          send({ id: 2, method: 'tools/list', params: {} })
        }
        if (message.id === 2) {
          const result = {
            milliseconds: performance.now() - started,
            listBytes: Buffer.byteLength(JSON.stringify(message.result?.tools)),
            resident: residentBytes(child.pid),
          }
          child.removeAllListeners('exit')
          child.on('exit', () => resolve(result))
          child.kill('SIGKILL')
        }
      }
      output = output.slice(output.lastIndexOf('\n') + 1)
    })
    send({
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'bench', version: '1' },
      },
    })
  })

/** Start-up of the bundled stdio server against a bare unbundled SDK server. */
export const startup = async (rounds: number): Promise<void> => {
  heading('start-up to the first tools/list (stdio)')
  const bundle = join(root, 'apps/stdio/dist/main.js')
  if (!existsSync(bundle)) {
    line('skipped', 'no bundle: run `npm run build` first')
    return
  }
  const floor = ['--conditions=development', join(root, 'tooling/bench/floor/hello-stdio.ts')]
  const ours = [bundle, '--backend', 'simulator']
  await start(floor)
  await start(ours)
  const pairs: { floor: Start; ours: Start }[] = []
  for (let i = 0; i < rounds; i++) pairs.push({ floor: await start(floor), ours: await start(ours) })
  const milliseconds = (side: 'floor' | 'ours') =>
    median(pairs.map((pair) => pair[side].milliseconds)).toFixed(0)
  line(
    'bundled lightning-mcp, simulator',
    `${milliseconds('ours')} ms · bare SDK server ${milliseconds('floor')} ms`,
  )
  const ratio = median(pairs.map((pair) => pair.ours.milliseconds / pair.floor.milliseconds))
  line('', `${ratio.toFixed(2)} × the floor's time`, '≤ 1.0')
  const last = pairs.at(-1) as { floor: Start; ours: Start }
  line('tools/list, default toolset', `${(last.ours.listBytes / 1000).toFixed(1)} kB`, '≤ 20 kB')
  const megabytes = (bytes: number | undefined) =>
    bytes === undefined ? 'unknown' : `${(bytes / 1e6).toFixed(0)} MB`
  line(
    'memory after tools/list (RSS)',
    `${megabytes(last.ours.resident)} · bare SDK server ${megabytes(last.floor.resident)}`,
  )
}
