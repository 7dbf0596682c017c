import { ERROR_CODES, type ErrorCode, LightningError, type LightningEvent } from '@lightning-mcp/core'
import { fromRecordJson, toRecordJson } from '../persistence/record-json.ts'

/** From a wallet. One JSON object a line. */
export type ClientMessage =
  | { id: number; do: 'call'; node: string; name: string; request: readonly unknown[] }
  | { id: number; do: 'control'; name: string; request: readonly unknown[] }
  | { id: number; do: 'subscribe'; node: string }

/** From the network. */
export type ServerMessage =
  | { id: number; result: unknown }
  | { id: number; error: WireError }
  | { event: LightningEvent; node: string }

export interface WireError {
  code: ErrorCode
  message: string
  hint?: string
  retry: LightningError['retry']
  sent: LightningError['sent']
}

export const toLine = (message: ClientMessage | ServerMessage): string => `${toRecordJson(message)}\n`

export const fromLine = <T extends ClientMessage | ServerMessage>(line: string): T =>
  fromRecordJson(line) as T

/** A line may be so long, no longer. */
const MAX_LINE = 8 * 1024 * 1024

/** Cuts what arrives into lines. Throws when a line is too long. */
export function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw new Error('line too long')
    for (const line of lines) onLine(line)
  }
}

export function toWireError(error: unknown): WireError {
  if (!LightningError.is(error))
    return {
      code: 'internal',
      message: 'the simulated network failed in this call',
      hint: 'Look up what became of it; please report it.',
      ...ERROR_CODES.internal,
    }
  const { code, message, hint, retry, sent } = error
  return { code, message, retry, sent, ...(hint === undefined ? {} : { hint }) }
}

export const fromWireError = (error: WireError): LightningError => new LightningError(error)
