import { OPERATION_NAMES, splitOperation } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import {
  composeLayers,
  createFaultPlan,
  createMemoryDuplicateGuardStore,
  type Layer,
  withCapabilityCheck,
  withDuplicateGuard,
  withErrorContext,
  withFaults,
  withLogging,
  withMetrics,
  withRetry,
  withTimeout,
  wrapBackend,
} from '../src/index.ts'
import { collect } from './collect.ts'
import { createRecordingBackend, everything, everythingBut } from './recording-backend.ts'

const layers: Readonly<Record<string, Layer>> = {
  withCapabilityCheck,
  withErrorContext,
  withFaults: (backend) => withFaults(backend, { plan: createFaultPlan() }),
  withTimeout,
  withRetry,
  withLogging: (backend) => withLogging(backend, { log: () => undefined }),
  withMetrics: (backend) => withMetrics(backend, {}),
  withDuplicateGuard: (backend) => withDuplicateGuard(backend, { store: createMemoryDuplicateGuardStore() }),
}

const all = Object.fromEntries(OPERATION_NAMES.map((operation) => [operation, () => operation]))

describe.each(Object.entries(layers))('%s', (_name, layer) => {
  test('passes on every operation of the interface', async () => {
    const { watch: _, ...answers } = all
    const backend = createRecordingBackend(answers)
    const wrapped = layer(backend)
    for (const operation of OPERATION_NAMES) {
      if (operation === 'watch') continue
      const [facet, name] = splitOperation(operation)
      const owner = (facet === undefined ? wrapped : wrapped[facet]) as unknown as Record<string, unknown>
      const method = owner[name] as (request: object) => Promise<unknown>
      expect(await method({ amountMsat: 1n }), operation).toBe(operation)
    }
    const reached = new Set(backend.calls.map(({ operation }) => operation))
    expect(OPERATION_NAMES.filter((operation) => operation !== 'watch' && !reached.has(operation))).toEqual(
      [],
    )
  })

  test('passes on events', async () => {
    const backend = createRecordingBackend({ watch: () => [{ type: 'gap' }] })
    const seen = await collect(layer(backend).watch())
    expect(seen).toEqual([{ type: 'gap' }])
  })

  test('shows kind, capabilities and facets as they are now', () => {
    const capabilities = everythingBut('hold.create', 'hold.settle', 'hold.cancel')
    const backend = createRecordingBackend({ 'channels.list': () => undefined })
    const wrapped = layer(backend)
    expect(wrapped.kind).toBe('recording')
    expect(wrapped.capabilities).toBe(everything)
    expect(wrapped.channels).toBeDefined()
    expect(wrapped.channels?.open).toBeUndefined()
    expect(wrapped.hold).toBeUndefined()
    Object.assign(backend, { capabilities, channels: undefined })
    expect(wrapped.capabilities).toBe(capabilities)
    expect(wrapped.channels).toBeUndefined()
  })

  test('drops what is not of the interface', () => {
    const wrapped = layer(createRecordingBackend())
    expect('extra' in wrapped).toBe(false)
  })

  test('keeps the identity of methods and facets', () => {
    const wrapped = layer(createRecordingBackend({ 'peers.list': () => [] }))
    expect(wrapped.getInfo).toBe(wrapped.getInfo)
    expect(wrapped.peers).toBe(wrapped.peers)
  })
})

test('composed layers are passed from the first to the last', async () => {
  const order: string[] = []
  const noting =
    (name: string): Layer =>
    (backend) =>
      wrapBackend(backend, {
        call: (_call, next) => {
          order.push(name)
          return next()
        },
      })
  await composeLayers(createRecordingBackend(), [noting('outer'), noting('inner')]).getInfo()
  expect(order).toEqual(['outer', 'inner'])
})
