import type { Config } from '@lightning-mcp/config'
import type { Log } from './log.ts'
import { ownCommand, shellCommand } from './own-command.ts'

/** Turns `lightning-mcp owner …` in a text into what works as typed. */
export type OwnerAdvice = (text: string) => string

const PROGRAM = /\blightning-mcp (?=(?:owner|approvals|audit|doctor)\b)/g

/**
 * What the wallet advises names the owner's program alone. Here it gets the way in which it is started
 * and the settings that lead to the same records; what only the environment says is not repeated.
 */
export function ownerAdvice(config: Config, source?: string): OwnerAdvice {
  const program = `${shellCommand(ownCommand(settingsOf(config), source))} `
  return (text) => text.replace(PROGRAM, () => program)
}

/** Those of the owner's folder and the records, as flags; secrets cannot be among them. */
function settingsOf({ sources, backend, configFile, dataDir, ownerDir }: Config): string[] {
  const isGiven = (name: 'backend' | 'dataDir' | 'ownerDir'): boolean =>
    sources[name] === 'flag' || sources[name] === 'environment'
  return [
    ...(configFile === undefined ? [] : ['--config', configFile]),
    ...(isGiven('backend') ? ['--backend', backend.name] : []),
    ...Object.entries(backend.options.values).flatMap(([name, value]) =>
      backend.options.sources[name] === 'flag' ? ['--option', `${name}=${String(value)}`] : [],
    ),
    ...(dataDir !== undefined && isGiven('dataDir') ? ['--data-dir', dataDir] : []),
    ...(isGiven('ownerDir') ? ['--owner-dir', ownerDir] : []),
  ]
}

/** A log whose advice works as typed. */
export function advisingLog(log: Log, advice: OwnerAdvice): Log {
  const level =
    (name: keyof Log): Log[typeof name] =>
    (message, { next, ...fields } = {}) =>
      log[name](advice(message), {
        ...(next === undefined ? {} : { next: typeof next === 'string' ? advice(next) : next }),
        ...fields,
      })
  return { error: level('error'), warn: level('warn'), info: level('info'), debug: level('debug') }
}
