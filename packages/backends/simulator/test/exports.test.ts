import { INTERFACE_VERSION, OPERATION_NAMES, splitOperation, supports } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import * as simulator from '../src/index.ts'

test('the package exports what its users need and no more', () => {
  expect(Object.keys(simulator).sort()).toMatchInlineSnapshot(`
    [
      "DEFAULT_TOPOLOGY",
      "backendModule",
      "connectSimulatedNetwork",
      "createManualClock",
      "createSimulatedNetwork",
      "createSimulatorBackend",
      "serveSimulatedNetwork",
      "simulatorCapabilities",
      "systemClock",
    ]
  `)
})

test('every declared operation is there, and no other', () => {
  const wallet = simulator.createSimulatorBackend()
  const present = OPERATION_NAMES.filter((operation) => {
    const [facet, method] = splitOperation(operation)
    const owner = facet === undefined ? wallet : wallet[facet]
    return owner !== undefined && method in owner
  })
  expect(present).toEqual(
    OPERATION_NAMES.filter((operation) => supports(simulator.simulatorCapabilities, operation)),
  )
})

test('the module opens a wallet in memory and does nothing before it is asked', async () => {
  const { backendModule } = simulator
  expect(backendModule.interfaceVersion).toBe(INTERFACE_VERSION)
  const wallet = await backendModule.createBackend({ node: 'bob' }, {})
  expect(wallet.kind).toBe('simulator')
  expect(await wallet.getInfo()).toMatchObject({ alias: 'Bob (simulated)' })
  await wallet.close()
})

test('options that contradict each other are refused', () => {
  const network = simulator.createSimulatedNetwork()
  expect(() => simulator.createSimulatorBackend({ network, seed: 'x' })).toThrow('together with options')
  expect(() => simulator.createSimulatorBackend({ socketPath: '/tmp/x', latencyMs: 5 })).toThrow(
    'together with options',
  )
  expect(() => network.wallet('nobody')).toThrow('no node of that name')
})
