import { assertPayable } from '@lightning-mcp/codec'
import {
  type BackendProfile,
  type Capability,
  type ErrorCode,
  type LightningBackend,
  LightningError,
  narrowCapabilities,
  OPERATION_NAMES,
  type PayInvoiceRequest,
  type PermissionArea,
  splitOperation,
  supports,
} from '@lightning-mcp/core'
import { type LayerCall, type LayerHandlers, type LayerNext, wrapBackend } from '@lightning-mcp/layers'
import { createSimulatedStreams, type SimulatedStreams } from './simulated-streams.ts'

/** What a credential or an old version leaves of a wallet. */
export interface EdgeLimits {
  may?: (capability: Capability) => boolean
  denied?: readonly PermissionArea[]
  /** `connect` throws this. */
  refuses?: ErrorCode
  /** Seconds, for the check of an invoice before it is sent. */
  now: () => number
}

/** The side of an adapter that looks at its node, which a simulator in the same process lacks: a connection and a credential. */
export interface SimulatedConnection {
  calls: number
  readonly streams: SimulatedStreams
  /** Ends every call under way, and every stream. */
  cut(): void
  /** The next call: `garble` spoils the reply of a payment, `fail` makes it an error, `limit` refuses it. */
  spoilNext?: 'garble' | 'fail' | 'limit' | undefined
  over(wallet: LightningBackend, limits: EdgeLimits): LightningBackend
}

export function createSimulatedConnection(): SimulatedConnection {
  let lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  const takeSpoiling = (kind: 'garble' | 'fail' | 'limit'): boolean => {
    if (connection.spoilNext !== kind) return false
    connection.spoilNext = undefined
    return true
  }
  const connection: SimulatedConnection = {
    calls: 0,
    streams: createSimulatedStreams(),
    cut() {
      connection.streams.break()
      lost.reject(
        new LightningError({ code: 'unavailable', message: 'the connection was lost', sent: 'maybe' }),
      )
      lost = Promise.withResolvers()
      lost.promise.catch(() => undefined)
    },
    over(wallet, limits) {
      const call = async (call: LayerCall, next: LayerNext): Promise<unknown> => {
        if (call.operation === 'connect' && limits.refuses !== undefined)
          throw new LightningError({ code: limits.refuses, message: 'the wallet refuses', sent: 'no' })
        if (takeSpoiling('limit'))
          throw new LightningError({ code: 'rate_limited', message: 'too many calls' })
        if (call.operation !== 'payInvoice') {
          connection.calls++
          return Promise.race([next(), lost.promise])
        }
        const request = call.request as unknown as PayInvoiceRequest
        const { decoded } = assertPayable(request, { network: 'regtest', nowSeconds: limits.now() })
        connection.calls++
        const unknown = { paymentHash: decoded.paymentHash, status: 'unknown' }
        if (takeSpoiling('garble')) return next().then(() => unknown)
        if (takeSpoiling('fail')) {
          next().catch(() => undefined)
          return unknown
        }
        return Promise.race([next(), lost.promise.catch(() => unknown)])
      }
      const watch: LayerHandlers['watch'] = (request) => connection.streams.watch(wallet, request)
      return narrowed(wrapBackend(wallet, { call, watch }), limits)
    },
  }
  return connection
}

/** Shows after `connect` what the credential and the version leave. */
function narrowed(
  backend: LightningBackend,
  { may = () => true, denied = [] }: EdgeLimits,
): LightningBackend {
  let { capabilities } = backend
  const shown: LightningBackend = Object.create(backend)
  const connect = async (): Promise<BackendProfile> => {
    const profile = await backend.connect()
    capabilities = narrowCapabilities(profile.capabilities, may)
    const withoutThem = Object.fromEntries(denied.map((area) => [area, 'denied']))
    return { ...profile, capabilities, permissions: { ...profile.permissions, ...withoutThem } }
  }
  Object.defineProperty(shown, 'connect', { value: connect })
  Object.defineProperty(shown, 'capabilities', { get: () => capabilities })
  for (const facet of new Set(OPERATION_NAMES.map((operation) => splitOperation(operation)[0])))
    if (facet !== undefined) Object.defineProperty(shown, facet, { get: () => declared(facet) })
  return shown

  function declared(facet: string): object | undefined {
    const inner = (backend as unknown as Record<string, Record<string, unknown> | undefined>)[facet]
    const names = OPERATION_NAMES.filter(
      (operation) => splitOperation(operation)[0] === facet && supports(capabilities, operation),
    ).map((operation) => splitOperation(operation)[1])
    if (inner === undefined || names.length === 0) return undefined
    return Object.fromEntries(names.map((name) => [name, inner[name]]))
  }
}
