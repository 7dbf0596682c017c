import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { send } from './support/fixture-app.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What the person who types the command has: npm between them and the server. */
test('a signal to npm ends the server, and its port is free', { timeout: 120_000 }, async () => {
  const npm = spawn('npm', ['run', '-s', 'http', '--', '--backend', 'simulator', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  npm.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  const port = await new Promise<number>((resolve, reject) => {
    let text = ''
    npm.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const match = /"url":"http:\/\/127\.0\.0\.1:(\d+)/.exec(text)
      if (match !== null) resolve(Number(match[1]))
    })
    npm.on('close', () => reject(new Error(`npm ended before the server was up:\n${text}`)))
  })
  expect((await send(port, { method: 'GET', path: '/healthz' })).status).toBe(200)
  // closes only once nobody holds npm's output any more, the server included
  const closed = once(npm, 'close')
  npm.kill('SIGTERM')
  await closed
  await expect(send(port, { method: 'GET', path: '/healthz' })).rejects.toThrow('ECONNREFUSED')
  expect(stdout).toBe('')
})
