import {
  type Capability,
  type LightningBackend,
  LightningError,
  type Operation,
  supports,
  type Warning,
} from '@lightning-mcp/core'
import { type LayerCall, type LayerOperation, type LayerRequest, wrapBackend } from './wrap-backend.ts'

interface ArgumentRule {
  capability: Capability
  argument: string
  used: (request: LayerRequest) => boolean
  /** True: leaving it out changes no money, so it is dropped and the answer warns. */
  cosmetic?: true
}

const given =
  (argument: string) =>
  (request: LayerRequest): boolean =>
    request[argument] !== undefined

const INVOICE_RULES: readonly ArgumentRule[] = [
  {
    capability: 'createInvoice.amountless',
    argument: 'no amount',
    used: (request) => request.amountMsat === undefined,
  },
  {
    capability: 'createInvoice.descriptionHash',
    argument: 'descriptionHash',
    used: given('descriptionHash'),
  },
  {
    capability: 'createInvoice.privateHints',
    argument: 'privateHints',
    used: given('privateHints'),
    cosmetic: true,
  },
]

/** Which argument needs which capability. */
const ARGUMENT_RULES: Partial<Record<LayerOperation, readonly ArgumentRule[]>> = {
  createInvoice: [
    ...INVOICE_RULES,
    { capability: 'createInvoice.preimage', argument: 'preimage', used: given('preimage') },
  ],
  'hold.create': INVOICE_RULES,
  payInvoice: [
    { capability: 'payInvoice.amountless', argument: 'amountMsat', used: given('amountMsat') },
    { capability: 'payInvoice.maxParts', argument: 'maxParts', used: given('maxParts') },
    {
      capability: 'payInvoice.outgoingChannels',
      argument: 'outgoingChannels',
      used: given('outgoingChannels'),
    },
    { capability: 'payInvoice.lastHop', argument: 'lastHop', used: given('lastHop') },
    {
      capability: 'payInvoice.self',
      argument: 'allowSelfPayment',
      used: (request) => request.allowSelfPayment === true,
    },
  ],
}

/**
 * Refuses, before any I/O, an operation or an argument that the backend does not declare: `unsupported`,
 * nothing sent. An argument that is only cosmetic is left out and the answer carries a warning.
 * Belongs around every backend, next to it; `capabilities` are read at each call.
 */
export function withCapabilityCheck(backend: LightningBackend): LightningBackend {
  return wrapBackend(backend, {
    async call(call, next) {
      const { operation, request } = call
      if (isDeclarable(operation) && !supports(backend.capabilities, operation))
        throw unsupported(backend.kind, operation)
      if (request === undefined) return next()
      const rules = (ARGUMENT_RULES[operation] ?? []).filter(
        (rule) => !supports(backend.capabilities, rule.capability) && rule.used(request),
      )
      const refused = rules.find((rule) => rule.cosmetic === undefined)
      if (refused !== undefined) throw unsupported(backend.kind, operation, refused.argument)
      if (rules.length === 0) return next()
      return withWarnings(await next(without(call, rules)), backend.kind, rules)
    },
    watch(request, next) {
      if (!supports(backend.capabilities, 'watch')) throw unsupported(backend.kind, 'watch')
      return next(request)
    },
  })
}

const isDeclarable = (operation: LayerOperation): operation is Exclude<Operation, 'watch'> =>
  operation !== 'connect' && operation !== 'estimateWorstFee'

const unsupported = (kind: string, operation: string, argument?: string): LightningError =>
  new LightningError({
    code: 'unsupported',
    message:
      argument === undefined
        ? `${operation} is not possible with this ${kind} backend, its version or its credential`
        : `${operation} with ${argument} is not possible with this ${kind} backend, its version or its credential`,
    hint:
      argument === undefined
        ? 'Ask the owner: a credential that may do more, a newer version or another backend is needed.'
        : `Leave ${argument === 'no amount' ? 'the amount in' : `${argument} out`}, or use a backend that declares it.`,
  })

function without({ request }: LayerCall, rules: readonly ArgumentRule[]): LayerRequest {
  const dropped = rules.map((rule) => rule.argument)
  return Object.fromEntries(Object.entries(request ?? {}).filter(([name]) => !dropped.includes(name)))
}

function withWarnings(answer: unknown, kind: string, rules: readonly ArgumentRule[]): unknown {
  const reply = answer as { warnings?: readonly Warning[] }
  const added = rules.map(
    (rule): Warning => ({ code: 'unsupported', message: `${kind} backend: ${rule.argument} was ignored` }),
  )
  return { ...reply, warnings: [...(reply.warnings ?? []), ...added] }
}
