import type { LogFields, LogLevel } from '@lightning-mcp/runtime'
import pino, { type Logger } from 'pino'

/** Names whose values are never written, wherever they turn up one or two levels deep. */
const SECRETS = ['authorization', 'cookie', 'token', 'preimage', 'macaroon', 'rune', 'secret', 'password']

/** Lines of JSON on stderr; stdout stays empty. */
export const createServerLog = (level: LogLevel, destination: pino.DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
      serializers: { req: () => undefined, res: () => undefined },
    },
    destination,
  )

/** The same log in the shape that wallet and layers write to. */
export const toRuntimeLog = (logger: Logger) => {
  const at =
    (level: 'error' | 'warn' | 'info' | 'debug') =>
    (message: string, fields: LogFields = {}): void => {
      const plain = Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'bigint' ? String(value) : value,
      ])
      logger[level](Object.fromEntries(plain), message)
    }
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}
