import { ConfigError } from '@lightning-mcp/config'

/** A command that was called in the wrong way. */
export const usageError = (name: string, message: string, hint?: string): ConfigError =>
  new ConfigError([{ source: 'flag', name, message, ...(hint === undefined ? {} : { hint }) }])
