import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { callTool } from '../src/call-tool.ts'
import { describeTool } from '../src/describe-tool.ts'
import { cannedWallet, NOW } from './canned-wallet.ts'
import { getNodeAlias } from './example-tool.ts'

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')

test('the tool in the guide is the one that is tested', async () => {
  const source = (await read('example-tool.ts')).replaceAll("'../src/", "'../")
  expect(await read('../../../docs/adding-a-tool.md')).toContain(source)
})

test('the tool in the guide works', async () => {
  const outcome = await callTool(
    getNodeAlias,
    {},
    {
      wallet: cannedWallet(),
      simulator: undefined,
      signal: new AbortController().signal,
      onProgress: undefined,
      nowSeconds: () => NOW,
    },
    undefined,
  )
  expect(outcome).toEqual({
    isError: false,
    data: { alias: 'a b', block_height: 7, untrusted_fields: ['alias'] },
    text: 'Height 7.',
  })
  expect(describeTool(getNodeAlias)).toMatchObject({
    name: 'get_node_alias',
    inputSchema: { type: 'object' },
  })
})
