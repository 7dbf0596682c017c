import { expect, test } from 'vitest'
import { createMcpFace } from '../src/index.ts'
import { cannedWallet } from './canned-wallet.ts'
import { overConnection } from './clients.ts'

const open = () => overConnection(createMcpFace({ wallet: cannedWallet(), version: '1.2.3' }))

test('three prompts are listed with their arguments', async () => {
  const client = await open()
  const { prompts } = await client.listPrompts()
  expect(prompts.map(({ name, arguments: args }) => [name, args?.map((argument) => argument.name)])).toEqual([
    ['pay_within_budget', ['task', 'budget_sats']],
    ['reconcile', ['since']],
    ['get_started', []],
  ])
  await client.close()
})

test('a prompt carries its cleaned arguments', async () => {
  const client = await open()
  const { messages } = await client.getPrompt({
    name: 'pay_within_budget',
    arguments: { task: 'buy\u202e coffee', budget_sats: '500' },
  })
  expect(messages[0]?.content).toMatchObject({
    type: 'text',
    text: expect.stringContaining('Task: buy coffee'),
  })
  expect(JSON.stringify(messages)).toContain('at most 500 sats')
  await client.close()
})

test.each([
  { name: 'pay_within_budget', arguments: { task: 'x' } },
  { name: 'pay_within_budget', arguments: { task: 'x', budget_sats: '-5' } },
  { name: 'pay_within_budget', arguments: { task: 'x', budget_sats: 'all of it' } },
  { name: 'nonsense', arguments: {} },
])('$name with $arguments is refused', async (request) => {
  const client = await open()
  await expect(client.getPrompt(request)).rejects.toMatchObject({ code: -32602 })
  await client.close()
})

test('the server says who it is, with an icon, once', async () => {
  const client = await open()
  const result = (await client.callTool({ name: 'get_budget', arguments: {} })) as { _meta?: unknown }
  expect(JSON.stringify(result._meta)).not.toContain('svg')
  expect(client.getServerVersion()).toMatchObject({
    name: 'lightning-mcp',
    title: 'Lightning wallet',
    version: '1.2.3',
    icons: [{ mimeType: 'image/svg+xml' }],
  })
  await client.close()
})

test('resources and templates are listed', async () => {
  const client = await open()
  const { resources } = await client.listResources()
  expect(resources.map(({ uri }) => uri)).toEqual(['wallet://balance', 'wallet://budget', 'wallet://policy'])
  const { resourceTemplates } = await client.listResourceTemplates()
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
    'wallet://invoices/{hash}',
    'wallet://payments/{id}',
  ])
  const { contents } = await client.readResource({ uri: 'wallet://policy' })
  expect(contents[0]).toMatchObject({
    mimeType: 'text/plain',
    text: expect.stringContaining('at most 10000 sats'),
  })
  await client.close()
})
