import { fileURLToPath } from 'node:url'

/** How a real server process is started; from source, so that no build can be stale. */
export interface ServerCommand {
  command: string
  args: string[]
  env: Record<string, string>
}

const SOURCE = ['--conditions=development', '--disable-warning=ExperimentalWarning']
const main = (app: 'stdio' | 'http'): string =>
  fileURLToPath(new URL(`../../../apps/${app}/src/main.ts`, import.meta.url))

/** Only what a process needs: settings of whoever runs the tests must not leak into a server. */
const environment = (extra: Readonly<Record<string, string>>): Record<string, string> => {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot', 'NODE_COMPILE_CACHE'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(kept), ...extra }
}

export const serverCommand = (
  app: 'stdio' | 'http',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ServerCommand => ({
  command: process.execPath,
  args: [...SOURCE, main(app), ...args],
  env: environment(env),
})
