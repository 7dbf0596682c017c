import { setTimeout as delay } from 'node:timers/promises'
import { fromJsonSchema, type McpServer, type ServerNotifier } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { PNG, WAV } from './fixture-media.ts'

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })

/** The schema of scenario json-schema-2020-12, whose keywords must arrive as they were declared. */
const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
}

/** Tools that answer by themselves: every kind of content, progress, logging, errors. */
export const registerContentTools = (server: McpServer, notify: () => ServerNotifier): void => {
  server.registerTool('test_simple_text', { description: 'Answers with text.' }, async () =>
    text('This is a simple text response for testing.'),
  )
  server.registerTool('test_image_content', { description: 'Answers with an image.' }, async () => ({
    content: [{ type: 'image', data: PNG, mimeType: 'image/png' }],
  }))
  server.registerTool('test_audio_content', { description: 'Answers with a sound.' }, async () => ({
    content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }],
  }))
  server.registerTool('test_embedded_resource', { description: 'Answers with a resource.' }, async () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  }))
  server.registerTool(
    'test_multiple_content_types',
    { description: 'Answers with text, image and resource.' },
    async () => ({
      content: [
        { type: 'text', text: 'Multiple content types test:' },
        { type: 'image', data: PNG, mimeType: 'image/png' },
        {
          type: 'resource',
          resource: {
            uri: 'test://mixed-content-resource',
            mimeType: 'application/json',
            text: JSON.stringify({ test: 'data', value: 123 }),
          },
        },
      ],
    }),
  )
  server.registerTool('test_error_handling', { description: 'Always fails.' }, async () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  server.registerTool('test_tool_with_progress', { description: 'Tells how far it is.' }, async (context) => {
    const progressToken = context.mcpReq._meta?.progressToken
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined)
        await context.mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100 },
        })
      if (progress < 100) await delay(50)
    }
    return text('done')
  })
  server.registerTool('test_tool_with_logging', { description: 'Logs while it works.' }, async (context) => {
    await context.mcpReq.log('info', 'Tool execution started')
    await delay(50)
    await context.mcpReq.log('info', 'Tool processing data')
    await delay(50)
    await context.mcpReq.log('info', 'Tool execution completed')
    return text('Logged three times.')
  })
  server.registerTool('test_logging_tool', { description: 'Logs if the caller asks.' }, async (context) => {
    await context.mcpReq.log('info', 'One line of log')
    return text('Logged where wanted.')
  })
  server.registerTool('test_trigger_tool_change', { description: 'Changes the list of tools.' }, async () => {
    notify().toolsChanged()
    return text('changed')
  })
  server.registerTool(
    'test_trigger_prompt_change',
    { description: 'Changes the list of prompts.' },
    async () => {
      notify().promptsChanged()
      return text('changed')
    },
  )
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Takes a schema with many keywords.', inputSchema: fromJsonSchema(SCHEMA_2020_12) },
    async () => text('ok'),
  )
  server.registerTool(
    'test_headers',
    { description: 'Takes an argument.', inputSchema: z.object({ value: z.string().optional() }) },
    async ({ value }) => text(value ?? ''),
  )
}
