import { randomBytes } from 'node:crypto'
import {
  acceptedContent,
  createRequestStateCodec,
  type ElicitRequestFormParams,
  inputRequired,
  inputResponse,
  type McpServer,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

/** State that travels through the client, signed by this process. */
export const requestState = createRequestStateCodec<{ round: number }>({ key: randomBytes(32) })

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const nameSchema = z.object({ name: z.string() })
const colorSchema = z.object({ color: z.string() })
const confirmSchema = z.object({ ok: z.boolean() })

const askName = (message: string) => inputRequired.elicit({ message, requestedSchema: nameSchema })
const askModel = (question: string, maxTokens: number) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: question } }],
    maxTokens,
  })

/** Tools that need the client's help: by several rounds (2026 era) or by a request of ours (2025 era). */
export const registerInputTools = (server: McpServer): void => {
  registerRoundTools(server)
  registerStateTools(server)
  registerBackChannelTools(server)
}

const registerRoundTools = (server: McpServer): void => {
  server.registerTool(
    'test_input_required_result_elicitation',
    { description: 'Asks for a name.' },
    async (context) => {
      const given = acceptedContent(context.mcpReq.inputResponses, 'user_name', nameSchema)
      return given === undefined
        ? inputRequired({ inputRequests: { user_name: askName('What is your name?') } })
        : text(`Hello, ${given.name}!`)
    },
  )
  server.registerTool(
    'test_input_required_result_sampling',
    { description: 'Asks the model of the client.' },
    async (context) => {
      const given = inputResponse(context.mcpReq.inputResponses, 'capital_question')
      return given.kind === 'sampling'
        ? text(JSON.stringify(given.result.content))
        : inputRequired({
            inputRequests: { capital_question: askModel('What is the capital of France?', 100) },
          })
    },
  )
  server.registerTool(
    'test_input_required_result_list_roots',
    { description: 'Asks for the roots of the client.' },
    async (context) => {
      const given = inputResponse(context.mcpReq.inputResponses, 'client_roots')
      return given.kind === 'roots'
        ? text(`Roots: ${given.roots.map((root) => root.uri).join(', ')}`)
        : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
    },
  )
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'Asks only what the client can answer.' },
    async (context) => {
      if (Object.keys(context.mcpReq.inputResponses ?? {}).length > 0) return text('answered')
      const declared = server.server.getClientCapabilities()
      return inputRequired({
        inputRequests: {
          ...(declared?.elicitation === undefined ? {} : { user_name: askName('What is your name?') }),
          ...(declared?.sampling === undefined ? {} : { greeting: askModel('Generate a greeting', 50) }),
        },
      })
    },
  )
  server.registerTool(
    'test_missing_capability',
    { description: 'Asks the model of a client that may have none.' },
    async (context) =>
      inputResponse(context.mcpReq.inputResponses, 'greeting').kind === 'sampling'
        ? text('answered')
        : inputRequired({ inputRequests: { greeting: askModel('Generate a greeting', 50) } }),
  )
  server.registerTool(
    'test_streaming_elicitation',
    { description: 'Asks for a name on a stream.' },
    async (context) => {
      const given = acceptedContent(context.mcpReq.inputResponses, 'user_name', nameSchema)
      return given === undefined
        ? inputRequired({ inputRequests: { user_name: askName('What is your name?') } })
        : text(`Hello, ${given.name}!`)
    },
  )
}

const registerStateTools = (server: McpServer): void => {
  const confirm = () => inputRequired.elicit({ message: 'Please confirm', requestedSchema: confirmSchema })
  for (const name of [
    'test_input_required_result_request_state',
    'test_input_required_result_tampered_state',
  ])
    server.registerTool(name, { description: 'Gives a state away and wants it back.' }, async (context) => {
      const state = context.mcpReq.requestState<{ round: number }>()
      const given = acceptedContent(context.mcpReq.inputResponses, 'confirm', confirmSchema)
      return state === undefined || given === undefined
        ? inputRequired({
            inputRequests: { confirm: confirm() },
            requestState: await requestState.mint({ round: 1 }),
          })
        : text('state-ok')
    })
  server.registerTool(
    'test_input_required_result_multiple_inputs',
    { description: 'Asks three things at once.' },
    async (context) => {
      const { inputResponses } = context.mcpReq
      const name = acceptedContent(inputResponses, 'user_name', nameSchema)
      const greeting = inputResponse(inputResponses, 'greeting')
      const roots = inputResponse(inputResponses, 'client_roots')
      return name !== undefined && greeting.kind === 'sampling' && roots.kind === 'roots'
        ? text(`Hello, ${name.name}! ${roots.roots.length} roots.`)
        : inputRequired({
            inputRequests: {
              user_name: askName('What is your name?'),
              greeting: askModel('Generate a greeting', 50),
              client_roots: inputRequired.listRoots(),
            },
            requestState: await requestState.mint({ round: 1 }),
          })
    },
  )
  server.registerTool(
    'test_input_required_result_multi_round',
    { description: 'Asks twice.' },
    async (context) => {
      const { inputResponses } = context.mcpReq
      const round = context.mcpReq.requestState<{ round: number }>()?.round ?? 0
      const color = acceptedContent(inputResponses, 'step2', colorSchema)
      if (round === 2 && color !== undefined) return text(`Your color is ${color.color}.`)
      if (round === 1 && acceptedContent(inputResponses, 'step1', nameSchema) !== undefined)
        return inputRequired({
          inputRequests: {
            step2: inputRequired.elicit({
              message: 'Step 2: What is your favorite color?',
              requestedSchema: colorSchema,
            }),
          },
          requestState: await requestState.mint({ round: 2 }),
        })
      return inputRequired({
        inputRequests: { step1: askName('Step 1: What is your name?') },
        requestState: await requestState.mint({ round: 1 }),
      })
    },
  )
}

const FORMS: Readonly<Record<string, ElicitRequestFormParams['requestedSchema']['properties']>> = {
  test_elicitation_sep1034_defaults: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
  test_elicitation_sep1330_enums: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: {
      type: 'string',
      oneOf: [
        { const: 'value1', title: 'First Option' },
        { const: 'value2', title: 'Second Option' },
        { const: 'value3', title: 'Third Option' },
      ],
    },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: {
      type: 'array',
      items: {
        anyOf: [
          { const: 'value1', title: 'First Choice' },
          { const: 'value2', title: 'Second Choice' },
          { const: 'value3', title: 'Third Choice' },
        ],
      },
    },
  },
}

/** Over stateless HTTP these have no way back to a 2025-era client; see the expected failures. */
const registerBackChannelTools = (server: McpServer): void => {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model of the client.', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, context) => {
      if (server.server.getClientCapabilities()?.sampling === undefined)
        throw new Error('The client cannot sample.')
      const answer = await context.mcpReq.requestSampling({
        messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
        maxTokens: 100,
      })
      return text(`LLM response: ${JSON.stringify(answer.content)}`)
    },
  )
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the person.', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, context) => {
      const answer = await context.mcpReq.elicitInput({
        message,
        requestedSchema: {
          type: 'object',
          properties: { username: { type: 'string' }, email: { type: 'string' } },
          required: ['username', 'email'],
        },
      })
      return text(`User response: ${JSON.stringify(answer)}`)
    },
  )
  for (const [name, properties] of Object.entries(FORMS))
    server.registerTool(name, { description: 'Asks the person to fill in a form.' }, async (context) => {
      const answer = await context.mcpReq.elicitInput({
        message: 'Please fill in the form',
        requestedSchema: { type: 'object', properties },
      })
      return text(
        `Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`,
      )
    })
}
