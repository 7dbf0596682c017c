import { createServer, connect as dial, type Socket } from 'node:net'

/** Between a program and its PostgreSQL: passes everything on until it is told to lose an answer. */
export interface CuttingProxy {
  port: number
  /** The next COMMIT reaches the server, and its answer reaches nobody: the connection ends. */
  loseNextCommit(): void
  close(): Promise<void>
}

export async function openCuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let armed = false
  const server = createServer((client) => {
    const upstream = dial({ port: target, host: '127.0.0.1' })
    let cut = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (bytes) => {
      if (armed && bytes.includes('COMMIT\0')) {
        armed = false
        cut = true
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (!cut) client.write(bytes)
      // it has answered, so it has committed
      else client.destroy()
    })
    client.on('close', () => upstream.end())
    upstream.on('close', () => client.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    loseNextCommit() {
      armed = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
