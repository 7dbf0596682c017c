import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from './environment.ts'

interface Place {
  variable: string
  fallback: readonly string[]
}

const MAC: Place = { variable: '', fallback: ['Library', 'Application Support'] }
const PLACES: Readonly<Record<'state' | 'config', Readonly<Record<string, Place>>>> = {
  state: {
    darwin: MAC,
    win32: { variable: 'LOCALAPPDATA', fallback: ['AppData', 'Local'] },
    other: { variable: 'XDG_STATE_HOME', fallback: ['.local', 'state'] },
  },
  config: {
    darwin: MAC,
    win32: { variable: 'APPDATA', fallback: ['AppData', 'Roaming'] },
    other: { variable: 'XDG_CONFIG_HOME', fallback: ['.config'] },
  },
}

function folder(purpose: 'state' | 'config', env: Environment): string {
  const places = PLACES[purpose]
  const { variable, fallback } = (places[process.platform] ?? places['other']) as Place
  const given = env[variable] ?? ''
  return join(isAbsolute(given) ? given : join(env['HOME'] || homedir(), ...fallback), 'lightning-mcp')
}

/** Where this platform keeps what a program must not lose. */
export const stateFolder = (env: Environment): string => folder('state', env)

/** Where this platform keeps what a person has set up. */
export const configFolder = (env: Environment): string => folder('config', env)

/** Where the owner's key lies unless the settings say otherwise: apart from what a server writes. */
export const ownerFolder = (env: Environment): string => join(configFolder(env), 'owner')
