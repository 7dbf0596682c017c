import { declareCapabilities, LightningError } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { createMcpFace, type McpFaceOptions } from '../src/index.ts'
import type { Tool } from '../src/tool.ts'
import { TOOLSETS } from '../src/toolsets.ts'
import { cannedSimulator } from './canned-simulator.ts'
import { cannedWallet } from './canned-wallet.ts'

const NODE_ID = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'

const open = (options: Partial<McpFaceOptions> = {}) =>
  createMcpFace({ wallet: cannedWallet(), version: '0', ...options })

const names = (options: Partial<McpFaceOptions> = {}) => open(options).tools.map(({ name }) => name)

const call = async (options: Partial<McpFaceOptions>, name: string) =>
  open(options).callTool(name, {}, { signal: new AbortController().signal, onProgress: undefined })

const WALLET = names()
const SIMULATOR = ['create_test_invoice', 'pay_test_invoice', 'mine_blocks']
const CHANNELS = TOOLSETS.channels.map(({ name }) => name)
const NODE_SETS = ['payments', 'channels', 'onchain', 'network', 'watchtower'] as const
const NODE = NODE_SETS.flatMap((set) => TOOLSETS[set].map(({ name }) => name))
const READING = [...TOOLSETS.wallet, ...NODE_SETS.flatMap((set): readonly Tool[] => TOOLSETS[set])]
  .map((tool) => tool.readOnlyForm ?? tool)
  .filter(({ annotations }) => annotations.readOnlyHint)
  .map(({ name }) => name)

describe('the list of tools', () => {
  const cases: { name: string; given: Partial<McpFaceOptions>; expected: string[] }[] = [
    {
      name: 'has the simulator’s by default where there is one',
      given: { simulator: cannedSimulator },
      expected: [...WALLET, ...SIMULATOR],
    },
    {
      name: 'takes toolsets by name',
      given: { toolsets: ['channels'] },
      expected: CHANNELS,
    },
    {
      name: 'keeps its own order',
      given: { toolsets: ['channels', 'wallet'] },
      expected: [...WALLET, ...CHANNELS],
    },
    {
      name: 'takes all at once',
      given: { toolsets: ['all'], simulator: cannedSimulator },
      expected: [...WALLET, ...NODE, ...SIMULATOR],
    },
    {
      name: 'takes single tools alone',
      given: { tools: ['list_peers', 'get_budget'] },
      expected: ['get_budget', 'list_peers'],
    },
    {
      name: 'offers nothing where an empty list of tools is named',
      given: { tools: [], simulator: cannedSimulator },
      expected: [],
    },
    {
      name: 'adds single tools to toolsets',
      given: { toolsets: ['default'], tools: ['list_peers'] },
      expected: [...WALLET, 'list_peers'],
    },
    {
      name: 'leaves out what is excluded, even if it is named',
      given: { tools: ['get_budget', 'pay_invoice'], excludeTools: ['pay_invoice'] },
      expected: ['get_budget'],
    },
    {
      name: 'keeps only what reads if read-only',
      given: { readOnly: true, tools: ['pay_invoice'], toolsets: ['all'], simulator: cannedSimulator },
      expected: READING,
    },
  ]
  test.each(cases)('$name', ({ given, expected }) => {
    expect(names(given)).toEqual(expected)
  })

  test('leaves out what the backend does not declare', () => {
    const wallet = cannedWallet({
      capabilities: declareCapabilities({ getBalance: 'native', createInvoice: 'native' }),
    })
    const listed = names({ wallet, toolsets: ['all'] })
    expect(listed).toContain('create_invoice')
    expect(listed).not.toContain('pay_invoice')
    expect(listed).not.toContain('list_channels')
  })

  test('takes one of several capabilities where one will do', () => {
    const wallet = cannedWallet({ capabilities: declareCapabilities({ 'routing.probe': 'native' }) })
    expect(names({ wallet, toolsets: ['network'] })).toEqual(['estimate_route_fee'])
  })
})

describe('what a routing fee is on a server that only reads', () => {
  const given = { readOnly: true, toolsets: ['network'] }
  const ask = (more: object) =>
    open(given).callTool(
      'estimate_route_fee',
      { destination: NODE_ID, amount_sats: 5, ...more },
      { signal: new AbortController().signal, onProgress: undefined },
    )

  test('is estimated from the graph', async () => {
    const listed = open(given).tools.find(({ name }) => name === 'estimate_route_fee')
    expect(listed?.annotations.readOnlyHint).toBe(true)
    expect(listed?.inputSchema.properties).not.toHaveProperty('probe')
    expect(await ask({})).toMatchObject({ isError: false, data: { method: 'graph' } })
  })

  test('is not probed', async () => {
    expect(await ask({ probe: true })).toMatchObject({ isError: true, data: { code: 'invalid_request' } })
    const capabilities = declareCapabilities({ 'routing.probe': 'native' })
    expect(names({ ...given, wallet: cannedWallet({ capabilities }) })).toEqual([])
  })
})

describe('a name that does not exist', () => {
  test.each([
    { given: { toolsets: ['wallets'] }, hint: 'Did you mean wallet?' },
    { given: { tools: ['pay_invoces'] }, hint: 'Did you mean pay_invoice?' },
    { given: { excludeTools: ['get_budgets'] }, hint: 'Did you mean get_budget?' },
    { given: { toolsets: ['zzzzzzzzzzzz'] }, hint: 'Known: wallet' },
  ])('$given is refused with the nearest', ({ given, hint }) => {
    const refused = () => open(given)
    expect(refused).toThrow(LightningError)
    try {
      refused()
    } catch (error) {
      expect((error as LightningError).hint).toContain(hint)
    }
  })
})

describe('a tool that is not listed', () => {
  test.each([
    {
      name: 'pay_invoice',
      given: { readOnly: true, tools: ['pay_invoice'] },
      code: 'permission_denied',
      text: /read-only/,
    },
    { name: 'create_invoice', given: { readOnly: true }, code: 'permission_denied', text: /read-only/ },
    { name: 'list_peers', given: {}, code: 'permission_denied', text: /not switched on/ },
    {
      name: 'connect_peer',
      given: { toolsets: ['all'], readOnly: true },
      code: 'permission_denied',
      text: /read-only/,
    },
    {
      name: 'estimate_route_fee',
      given: { toolsets: ['all'], wallet: cannedWallet({ capabilities: declareCapabilities({}) }) },
      code: 'unsupported',
      text: /routing\.estimateFee or routing\.probe/,
    },
    { name: 'mine_blocks', given: { toolsets: ['all'] }, code: 'permission_denied', text: /not switched on/ },
    {
      name: 'list_peers',
      given: {
        toolsets: ['all'],
        wallet: cannedWallet({ capabilities: declareCapabilities({}) }),
      },
      code: 'unsupported',
      text: /peers\.list/,
    },
  ])('$name with $given is refused by name', async ({ name, given, code, text }) => {
    const outcome = await call(given, name)
    expect(outcome).toMatchObject({ isError: true, data: { code, money_may_have_moved: false } })
    expect(outcome?.text).toMatch(text)
  })
})

describe('a wallet that could not be opened', () => {
  const startupError = new LightningError({
    code: 'unavailable',
    message: 'The node at 127.0.0.1:10009 does not answer.',
    hint: 'Start it.',
  })

  test('is the answer of every tool, while all are listed', async () => {
    const face = createMcpFace({ version: '0', startupError })
    expect(face.tools.map(({ name }) => name)).toEqual(WALLET)
    for (const { name } of face.tools) {
      const outcome = await face.callTool(
        name,
        {},
        { signal: new AbortController().signal, onProgress: undefined },
      )
      expect(outcome).toMatchObject({
        isError: true,
        data: { code: 'unavailable', next_step: 'Start it.', money_may_have_moved: false },
      })
    }
  })

  test('tells nothing of an error that is not ours', async () => {
    const face = createMcpFace({ version: '0', startupError: new Error('macaroon 0201036c6e64') })
    const outcome = await face.callTool(
      'get_budget',
      {},
      { signal: new AbortController().signal, onProgress: undefined },
    )
    expect(JSON.stringify(outcome)).not.toContain('macaroon')
    expect(outcome?.data['code']).toBe('unavailable')
  })
})
