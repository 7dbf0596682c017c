import { readFile } from 'node:fs/promises'
import { CAPABILITIES, type Capability, declareCapabilities, OPERATIONS } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { createMcpFace } from '../src/index.ts'
import type { Requirement, Tool } from '../src/tool.ts'
import { TOOLSET_NAMES, TOOLSETS, type ToolsetName } from '../src/toolsets.ts'
import { cannedWallet } from './canned-wallet.ts'

const toolsOf = (set: ToolsetName): readonly Tool[] => TOOLSETS[set]
const ALL = TOOLSET_NAMES.flatMap(toolsOf)
const byName = ALL.map((tool) => [tool.name, tool] as const)

const anyOf = (requirement: Requirement): readonly Capability[] =>
  typeof requirement === 'string' ? [requirement] : requirement

/** DESIGN.md, section 5, but what belongs to sessions and to LNURL. */
const DESIGN: Readonly<Record<Exclude<ToolsetName, 'simulator'>, string>> = {
  wallet:
    'get_wallet_balance get_wallet_details create_invoice decode_invoice preview_payment pay_invoice pay_lightning_address get_payment_status get_payments wait_for_payment get_budget check_connection',
  payments: 'pay pay_keysend create_offer list_offers create_hold_invoice settle_hold_invoice cancel_invoice',
  channels:
    'list_channels get_channel_balance open_channel close_channel update_channel_policy splice_in splice_out list_peers connect_peer disconnect_peer',
  onchain: 'get_onchain_address send_onchain list_utxos estimate_onchain_fees',
  network:
    'estimate_route_fee find_routes get_node list_forwards get_fee_report sign_message verify_message export_channel_backup',
  watchtower: 'list_watchtowers add_watchtower remove_watchtower get_watchtower_stats',
}

test.each(Object.entries(DESIGN))('toolset %s has the tools of the design', (set, names) => {
  expect(toolsOf(set as ToolsetName).map(({ name }) => name)).toEqual(names.split(' '))
})

test('no two tools share a name', () => {
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length)
})

describe.each(byName)('%s', (name, tool) => {
  const needed = tool.requires.flatMap(anyOf)

  test('needs capabilities that exist', () => {
    for (const capability of needed) expect(CAPABILITIES).toContain(capability)
  })

  test('says of itself what its operations do', () => {
    const classes = needed.map((capability) => OPERATIONS[capability as keyof typeof OPERATIONS] ?? 'read')
    const dearest = (['spend', 'manage', 'receive', 'read'] as const).find((each) => classes.includes(each))
    // what is for the other side of the simulated network is of no class of operations
    if (tool.effect !== 'simulate' && name !== 'preview_payment') expect(tool.effect).toBe(dearest ?? 'read')
    expect(tool.annotations.readOnlyHint).toBe(tool.effect === 'read')
    if (tool.effect === 'spend')
      expect(tool.annotations).toMatchObject({ destructiveHint: true, openWorldHint: true })
  })

  test('is listed exactly where backend and credential can do it', () => {
    const listed = (capabilities: readonly Capability[]): boolean => {
      const declared = Object.fromEntries(capabilities.map((capability) => [capability, 'native' as const]))
      const wallet = cannedWallet({ capabilities: declareCapabilities(declared) })
      const simulator = {} as never
      const face = createMcpFace({ wallet, version: '0', tools: [name], simulator })
      return face.tools.length === 1
    }
    expect(listed(CAPABILITIES)).toBe(true)
    for (const requirement of tool.requires) {
      const all = anyOf(requirement)
      expect(listed(CAPABILITIES.filter((capability) => !all.includes(capability)))).toBe(false)
      for (const one of all)
        expect(
          listed(CAPABILITIES.filter((capability) => capability === one || !all.includes(capability))),
        ).toBe(true)
    }
  })
})

const needs = ({ requires }: Tool): string =>
  requires.length === 0
    ? '–'
    : requires
        .map((requirement) =>
          anyOf(requirement)
            .map((one) => `\`${one}\``)
            .join(' or '),
        )
        .join(', ')

const row = (tool: Tool): string =>
  `| \`${tool.name}\` | ${tool.effect} | ${needs(tool)} | ${tool.description} |`

const table = (set: ToolsetName): string =>
  [
    `### ${set}`,
    '',
    '| tool | effect | needs | what it does |',
    '| --- | --- | --- | --- |',
    ...toolsOf(set).map(row),
    '',
  ].join('\n')

test('docs/tools.md has every tool as it is', async () => {
  const doc = new URL('../../../docs/tools.md', import.meta.url)
  const text = await readFile(doc, 'utf8')
  const [before = '', after = ''] = text.split(/<!-- tools -->[\s\S]*<!-- \/tools -->/)
  const tables = TOOLSET_NAMES.map(table).join('\n')
  const written = `${before}<!-- tools -->\n\n${tables}\n<!-- /tools -->${after}`
  // `vitest -u` writes it
  await expect(written).toMatchFileSnapshot('../../../docs/tools.md')
})

test('the README names every tool', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
  for (const { name } of ALL) expect(readme).toContain(`\`${name}\``)
})
