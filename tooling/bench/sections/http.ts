import { createHttpCaller } from '../mcp-http-client.ts'
import { type Contender, compare, median } from '../measure.ts'
import { cpuSeconds, residentBytes, startNode, stop, waitForOutput } from '../processes.ts'
import { comparison, heading, line } from '../report.ts'

/** CPU microseconds that the server's process spends on a call; median of rounds. */
const cpuPerCall = async (
  pid: number | undefined,
  contender: Contender,
  rounds: number,
): Promise<number | undefined> => {
  const calls = 300
  const samples: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = cpuSeconds(pid)
    let next = 0
    const worker = async () => {
      while (next++ < calls) await contender.run(next)
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    const after = cpuSeconds(pid)
    if (before === undefined || after === undefined) return undefined
    samples.push(((after - before) * 1e6) / calls)
  }
  return median(samples)
}

/** A tool call over HTTP against the bare SDK on bare Fastify. */
export const http = async (rounds: number): Promise<void> => {
  heading('a tool call over HTTP, against the bare SDK on bare Fastify')
  const floorServer = startNode('tooling/bench/floor/hello-http.ts')
  const ourServer = startNode('apps/http/src/main.ts', ['--backend', 'simulator', '--port', '0'])
  try {
    const [floorUrl] = await waitForOutput(floorServer, 'stdout', /http:\/\/\S+:\d+/)
    const [ourUrl] = await waitForOutput(ourServer, 'stderr', /http:\/\/127\.0\.0\.1:\d+/)
    const floorCaller = createHttpCaller(`${floorUrl}/mcp`)
    const ourCaller = createHttpCaller(`${ourUrl}/mcp`)
    const hello = { name: 'hello', run: () => floorCaller.call('hello', {}) }
    const ours = { name: 'get_budget', run: () => ourCaller.call('get_budget', {}) }
    for (const parallel of [1, 8])
      comparison(
        `get_budget, ${parallel} at a time`,
        await compare({ ours, floor: hello, rounds, calls: 200, parallel, warmup: 100 }),
        'throughput',
      )
    const floorCpu = await cpuPerCall(floorServer.pid, hello, rounds)
    const ourCpu = await cpuPerCall(ourServer.pid, ours, rounds)
    if (floorCpu !== undefined && ourCpu !== undefined)
      line(
        'CPU per call',
        `ours ${ourCpu.toFixed(0)} µs · floor ${floorCpu.toFixed(0)} µs · ${(ourCpu - floorCpu).toFixed(0)} µs over it`,
        '≤ 150 µs over it',
      )
    const resident = residentBytes(ourServer.pid)
    if (resident !== undefined) line('memory of the HTTP server (RSS)', `${(resident / 1e6).toFixed(0)} MB`)
    floorCaller.close()
    ourCaller.close()
  } finally {
    await Promise.all([stop(floorServer), stop(ourServer)])
  }
}
