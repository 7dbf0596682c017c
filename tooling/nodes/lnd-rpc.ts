import { readFileSync } from 'node:fs'

/** What npm `lightning` gives: gRPC service clients by its own short names. Replies have its protos' field names, int64 as text. */
export interface LndServices {
  default: object
  router: object
  invoices: object
  wallet: object
  tower_client: object
  tower_server: object
  status: object
  unlocker: object
}

export interface Stream {
  on(event: 'data', listener: (message: unknown) => void): Stream
  on(event: 'error', listener: (error: Error) => void): Stream
  on(event: 'end', listener: () => void): Stream
  cancel(): void
}

type Unary = (
  request: object,
  options: { deadline: number },
  done: (error: Error | null, reply: unknown) => void,
) => void

const methodOf = (service: object, method: string): ((...args: never[]) => unknown) => {
  const found = (service as Record<string, unknown>)[method]
  if (typeof found !== 'function') throw new TypeError(`LND has no method ${method}`)
  return found.bind(service)
}

export function call<T>(
  service: object,
  method: string,
  request: object = {},
  timeoutMs = 30_000,
): Promise<T> {
  const unary = methodOf(service, method) as Unary
  return new Promise((resolve, reject) =>
    unary(request, { deadline: Date.now() + timeoutMs }, (error, reply) =>
      error === null || error === undefined ? resolve(reply as T) : reject(error),
    ),
  )
}

export function openStream(service: object, method: string, request: object = {}): Stream {
  return (methodOf(service, method) as (request: object) => Stream)(request)
}

/** Reads a stream until a message satisfies, then lets go of it. */
export function firstMessage<T>(
  service: object,
  method: string,
  request: object,
  isIt: (message: T) => boolean,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stream = openStream(service, method, request)
    stream.on('error', reject)
    stream.on('end', () => reject(new Error(`${method} ended before the message came`)))
    stream.on('data', (message) => {
      if (!isIt(message as T)) return
      resolve(message as T)
      stream.cancel()
    })
  })
}

/** Services that need the macaroon work once its file exists. */
export async function connectLnd(options: {
  socket: string
  certFile: string
  macaroonFile?: string
}): Promise<{ services: LndServices; close: () => void }> {
  const { authenticatedLndGrpc, unauthenticatedLndGrpc } = await import('lightning')
  const cert = readFileSync(options.certFile).toString('hex')
  const open = unauthenticatedLndGrpc({ socket: options.socket, cert }).lnd
  const full =
    options.macaroonFile === undefined
      ? {}
      : authenticatedLndGrpc({
          socket: options.socket,
          cert,
          macaroon: readFileSync(options.macaroonFile).toString('hex'),
        }).lnd
  const services = { ...open, ...full } as unknown as LndServices
  return {
    services,
    close: () => {
      for (const service of Object.values(services)) (service as { close(): void }).close()
    },
  }
}
