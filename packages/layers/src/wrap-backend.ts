import {
  type FacetName,
  type LightningBackend,
  type LightningEvent,
  OPERATION_NAMES,
  OPERATIONS,
  type Operation,
  type OperationClass,
  splitOperation,
  type WatchRequest,
} from '@lightning-mcp/core'

/** What a layer can stand around: the operations that answer once, and two calls outside core's table. */
export type LayerOperation = Exclude<Operation, 'watch'> | 'connect' | 'estimateWorstFee'

/** A call as a layer sees it. */
export interface LayerCall {
  readonly operation: LayerOperation
  /** `connect` and `estimateWorstFee` count as `read`. */
  readonly operationClass: OperationClass
  readonly backend: LightningBackend
  /** What the caller gave; `undefined` where an optional request was left out. */
  readonly request: LayerRequest | undefined
}

/** Any request of the interface: an object, with a signal in it where the caller may stop waiting. */
export type LayerRequest = Readonly<Record<string, unknown>> & { readonly signal?: AbortSignal }

/** Goes on to the wrapped backend; with another request if one is given. */
export type LayerNext = (request?: LayerRequest) => Promise<unknown>

/** The two places where a layer can stand. What is left out, and `close`, is passed through untouched. */
export interface LayerHandlers {
  call?(call: LayerCall, next: LayerNext): Promise<unknown>
  watch?(
    request: WatchRequest | undefined,
    next: (request?: WatchRequest) => AsyncIterable<LightningEvent>,
    backend: LightningBackend,
  ): AsyncIterable<LightningEvent>
}

type Method = (request?: LayerRequest) => Promise<unknown>
type Members = Readonly<Record<string, unknown>>

const DIRECT_OPERATIONS: readonly LayerOperation[] = [
  'connect',
  'estimateWorstFee',
  ...OPERATION_NAMES.filter((operation) => splitOperation(operation)[0] === undefined).filter(
    (operation) => operation !== 'watch',
  ),
]

const FACET_OPERATIONS = Map.groupBy(
  OPERATION_NAMES.filter((operation) => operation !== 'watch').filter((operation) => operation.includes('.')),
  (operation) => splitOperation(operation)[0] as FacetName,
)

/**
 * A backend around a backend, made from core's table of operations: what core learns to do, every
 * layer passes on. Facets, their optional operations, `kind` and `capabilities` are read from the
 * wrapped backend at each access, because `connect()` changes them. What is not part of
 * `LightningBackend` is not passed on.
 */
export function wrapBackend(backend: LightningBackend, handlers: LayerHandlers): LightningBackend {
  const around = (operation: LayerOperation, method: Method): Method => {
    const { call } = handlers
    if (call === undefined) return method
    const operationClass = OPERATIONS[operation as Operation] ?? 'read'
    return async (request) =>
      call({ operation, operationClass, backend, request }, (other) => method(other ?? request))
  }

  /** One wrapper per method, so that two reads of a property are the same function. */
  const exposeMethod = (target: object, operation: LayerOperation, owner: Members): void => {
    const name = operation.split('.').at(-1) as string
    let last: { inner: unknown; outer: Method } | undefined
    expose(target, name, () => {
      const inner = owner[name]
      if (typeof inner !== 'function') return undefined
      if (last?.inner !== inner)
        last = { inner, outer: around(operation, (request) => inner.call(owner, request)) }
      return last.outer
    })
  }

  const wrapFacet = (inner: object, operations: readonly LayerOperation[]): object => {
    const outer = {}
    for (const operation of operations) exposeMethod(outer, operation, inner as Members)
    return outer
  }

  const wrapped = {}
  expose(wrapped, 'kind', () => backend.kind)
  expose(wrapped, 'capabilities', () => backend.capabilities)
  for (const operation of DIRECT_OPERATIONS) exposeMethod(wrapped, operation, backend as unknown as Members)
  for (const [facet, operations] of FACET_OPERATIONS) {
    let last: { inner: object; outer: object } | undefined
    expose(wrapped, facet, () => {
      const inner = backend[facet]
      if (inner === undefined) return undefined
      if (last?.inner !== inner) last = { inner, outer: wrapFacet(inner, operations) }
      return last.outer
    })
  }

  const watch = (request?: WatchRequest): AsyncIterable<LightningEvent> =>
    handlers.watch === undefined
      ? backend.watch(request)
      : handlers.watch(request, (other) => backend.watch(other ?? request), backend)
  const close = (): Promise<void> => backend.close()
  expose(wrapped, 'watch', () => watch)
  expose(wrapped, 'close', () => close)
  return wrapped as LightningBackend
}

function expose(target: object, name: string, get: () => unknown): void {
  Object.defineProperty(target, name, { get, enumerable: true })
}
