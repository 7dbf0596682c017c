import { cleanText } from '@lightning-mcp/core'

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** Small facts beside a message. Never a credential, preimage or raw body. */
export type LogFields = Readonly<Record<string, string | number | bigint | boolean | undefined>>

export interface Log {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
}

const MAX_LINE = 4_000

const shown = (value: string | number | bigint | boolean): string =>
  typeof value === 'string' && /[\s"=]/.test(value) ? JSON.stringify(value) : String(value)

/** Says one line per event through `write`: time, level, message, fields. */
export function createLog({
  level,
  write,
  now = () => new Date(),
}: {
  level: LogLevel
  write: (line: string) => void
  now?: () => Date
}): Log {
  const most = LOG_LEVELS.indexOf(level)
  const at =
    (name: Exclude<LogLevel, 'silent'>) =>
    (message: string, fields: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(name) > most) return
      const rest = Object.entries(fields).flatMap(([key, value]) =>
        value === undefined ? [] : [`${key}=${shown(value)}`],
      )
      const text = [now().toISOString(), name, message, ...rest].join(' ')
      // one event is one line, and what a node calls itself moves no cursor
      write(`${cleanText(text, MAX_LINE)}\n`)
    }
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}
