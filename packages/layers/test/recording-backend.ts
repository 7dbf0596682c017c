import {
  type Capabilities,
  type Capability,
  declareCapabilities,
  type LightningBackend,
  type LightningEvent,
  OPERATION_NAMES,
  splitOperation,
} from '@lightning-mcp/core'

/** A call that reached the innermost backend. */
export interface RecordedCall {
  operation: string
  request: unknown
}

type Answer = (request: never) => unknown

/**
 * An innermost backend that records what reaches it and answers what the test says; facets exist
 * for the operations that have an answer.
 */
export function createRecordingBackend(
  answers: Record<string, Answer> = {},
  capabilities: Capabilities = everything,
): LightningBackend & { calls: RecordedCall[]; extra: string } {
  const calls: RecordedCall[] = []
  const backend: Record<string, unknown> = { kind: 'recording', capabilities, calls, extra: 'not interface' }
  const method = (operation: string) => async (request: unknown) => {
    calls.push({ operation, request })
    return answers[operation]?.(request as never)
  }
  for (const operation of OPERATION_NAMES) {
    const [facet, name] = splitOperation(operation)
    if (facet === undefined) backend[name] = method(operation)
    else if (operation in answers) {
      backend[facet] ??= {}
      ;(backend[facet] as Record<string, unknown>)[name] = method(operation)
    }
  }
  for (const name of ['connect', 'close', 'estimateWorstFee']) backend[name] = method(name)
  backend.watch = async function* () {
    calls.push({ operation: 'watch', request: undefined })
    yield* (answers.watch?.(undefined as never) as LightningEvent[] | undefined) ?? []
  }
  return backend as unknown as LightningBackend & { calls: RecordedCall[]; extra: string }
}

export const everything = declareCapabilities(
  Object.fromEntries([...OPERATION_NAMES, ...argumentCapabilities()].map((name) => [name, 'native'])),
)

export const everythingBut = (...missing: readonly Capability[]): Capabilities =>
  declareCapabilities(
    Object.fromEntries(Object.entries(everything).filter(([name]) => !missing.includes(name as Capability))),
  )

function argumentCapabilities(): readonly Capability[] {
  return [
    'createInvoice.amountless',
    'createInvoice.descriptionHash',
    'createInvoice.preimage',
    'createInvoice.privateHints',
    'payInvoice.amountless',
    'payInvoice.maxParts',
    'payInvoice.outgoingChannels',
    'payInvoice.lastHop',
    'payInvoice.self',
  ]
}
