import { spawn } from 'node:child_process'
import { nodeArguments } from './server-process.ts'

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the program to its end, with everything that it reads from stdin given at once. */
export function runProgram(
  args: readonly string[],
  {
    env = {},
    input = '',
    cwd,
  }: { env?: Readonly<Record<string, string>>; input?: string; cwd?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, nodeArguments(args), {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      ...env,
    },
    ...(cwd === undefined ? {} : { cwd }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}
