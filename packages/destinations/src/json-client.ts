import { LightningError } from '@lightning-mcp/core'
import { Agent, type Dispatcher, request, Socks5ProxyAgent } from 'undici'
import { checkedConnector } from './checked-lookup.ts'
import { badReply, cleanReason, quoted, refusal } from './refusals.ts'
import { isOnionUrl } from './request-url.ts'
import type { DestinationResolverOptions } from './resolver-options.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export interface JsonClient {
  /** GETs a JSON object. Follows no redirect. Throws `LightningError` with `sent: 'no'`, or the signal's reason. */
  get(url: URL, signal?: AbortSignal): Promise<JsonObject>
}

const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_MAX_REPLY_BYTES = 65_536
const MAX_HEADER_BYTES = 16_384
const HEADERS = { accept: 'application/json', 'user-agent': 'lightning-mcp' }

export function createJsonClient(options: DestinationResolverOptions): JsonClient {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxReplyBytes = DEFAULT_MAX_REPLY_BYTES, onionProxy } = options
  const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, maxHeaderSize: MAX_HEADER_BYTES }
  let direct: Dispatcher | undefined
  let onion: Dispatcher | undefined
  const dispatcherFor = (url: URL): Dispatcher => {
    if (!isOnionUrl(url)) {
      direct ??= new Agent({ ...limits, connect: checkedConnector({ ...options, timeoutMs }) })
      return direct
    }
    if (onionProxy === undefined) throw noOnionProxy(url)
    onion ??= new Socks5ProxyAgent(onionProxy, limits)
    return onion
  }

  return {
    async get(url, signal) {
      signal?.throwIfAborted()
      const deadline = AbortSignal.timeout(timeoutMs)
      try {
        const reply = await request(url, {
          dispatcher: dispatcherFor(url),
          signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
          headers: HEADERS,
          reset: true,
        })
        return await readReply(url.host, reply, maxReplyBytes)
      } catch (error) {
        signal?.throwIfAborted()
        throw unreachable(url.host, error, deadline.aborted ? timeoutMs : undefined)
      }
    },
  }
}

async function readReply(
  domain: string,
  { statusCode, headers, body }: Dispatcher.ResponseData,
  maxReplyBytes: number,
): Promise<JsonObject> {
  // a reply that is dropped half-read reports that as an error, which nobody waits for
  body.on('error', () => {})
  if (statusCode >= 300 && statusCode < 400) {
    body.destroy()
    throw badReply(domain, 'sends to another address, which is not followed')
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxReplyBytes) throw badReply(domain, `sent a reply of more than ${maxReplyBytes} bytes`)
    chunks.push(chunk)
  }
  const reply = parseObject(Buffer.concat(chunks))
  if (reply !== undefined && isError(reply)) throw serviceError(domain, statusCode, reply)
  if (statusCode < 200 || statusCode >= 300) throw serviceError(domain, statusCode, {})
  if (reply === undefined) {
    const type = headers['content-type']
    const told = type === undefined ? 'no content type' : quoted(String(type), 40)
    throw badReply(domain, `answered with something that is not a JSON object: ${told}`)
  }
  return reply
}

function parseObject(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined
  } catch {
    return undefined
  }
}

/** LUD-01: `{ "status": "ERROR", "reason": "…" }`, whatever the HTTP status. */
const isError = ({ status }: JsonObject): boolean =>
  typeof status === 'string' && status.toUpperCase() === 'ERROR'

function serviceError(domain: string, status: number, { reason }: JsonObject): LightningError {
  const words = typeof reason === 'string' && reason !== '' ? { reason } : {}
  const said = typeof reason === 'string' ? `: ${quoted(reason)}` : ` (HTTP status ${status})`
  if (status === 404)
    return refusal({
      code: 'not_found',
      message: `${domain} knows no such recipient${said}; nothing was paid.`,
      hint: 'Check the name before the @.',
      ...words,
    })
  if (status === 429 || status >= 500)
    return refusal({
      code: status === 429 ? 'rate_limited' : 'unavailable',
      message: `${domain} cannot answer now${said}; nothing was paid.`,
      hint: 'Try again later.',
      retry: 'after-delay',
      ...words,
    })
  return refusal({
    code: 'recipient_rejected',
    message: `${domain} refuses${said}; nothing was paid.`,
    hint: 'Change what it objects to, or ask the recipient.',
    ...words,
  })
}

function unreachable(domain: string, error: unknown, timedOutMs: number | undefined): LightningError {
  if (LightningError.is(error)) return error
  const { code, name } = error as { code?: unknown; name?: unknown }
  const known = [code, name].find((key) => typeof key === 'string' && key in REASONS) as string | undefined
  const why = timedOutMs === undefined ? REASONS[known ?? ''] : `it took longer than ${timedOutMs} ms`
  return refusal({
    code: 'unavailable',
    message: `${domain} could not be asked: ${why ?? 'the request failed'}; nothing was paid.`,
    hint: 'Check the address of the recipient, or try again later.',
    retry: 'after-delay',
    // the error itself may carry what the service sent
    ...(typeof code === 'string' ? { reasonCode: code } : {}),
  })
}

/** By code or name of Node's and undici's errors; their texts carry addresses that are of no use to a caller. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such domain',
  EAI_AGAIN: 'the name look-up did not answer',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it broke the connection',
  UND_ERR_SOCKET: 'it broke the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'it stopped in the middle of its answer',
  HTTPParserError: 'it does not speak HTTP',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of its answer',
  UND_ERR_HEADERS_OVERFLOW: 'it sent too many headers',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another domain',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
}

const noOnionProxy = ({ host }: URL): LightningError =>
  refusal({
    code: 'unsupported',
    message: `${cleanReason(host)} is an onion service, and no Tor proxy is configured.`,
    hint: 'Configure a Tor SOCKS proxy, or ask the recipient for a BOLT 11 invoice.',
  })
