import * as z from 'zod'
import type { Tool, ToolAnnotations } from './tool.ts'

export type JsonSchema = { type: 'object'; [keyword: string]: unknown }

/** A tool as `tools/list` shows it. */
export interface ToolDescription {
  name: string
  title: string
  description: string
  inputSchema: JsonSchema
  outputSchema: JsonSchema
  annotations: ToolAnnotations
}

type Json = Record<string, unknown>

/** Takes away what zod writes everywhere and what says nothing to a reader. */
function trim(jsonSchema: Json, io: 'input' | 'output'): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minLength === 1) delete jsonSchema.minLength
  if (io === 'input') return
  delete jsonSchema.additionalProperties
  delete jsonSchema.propertyNames
}

function toJson(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  const json = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => trim(jsonSchema as Json, io),
  }) as Json
  delete json.$schema
  return json as JsonSchema
}

/**
 * Clients of SDK 1.x check a failed call's structured content against the output schema as well, so
 * the schema must let a failure through: what is required, is required unless there is a `code`.
 */
function withFailures(schema: JsonSchema): JsonSchema {
  const { required, ...rest } = schema
  return Array.isArray(required) && required.length > 0
    ? { ...rest, if: { required: ['code'] }, else: { required } }
    : rest
}

const described = new WeakMap<Tool, ToolDescription>()

/** Made once: a definition never changes, and its schemas are dear to convert. */
export function describeTool(tool: Tool): ToolDescription {
  const known = described.get(tool)
  if (known !== undefined) return known
  const description: ToolDescription = {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: toJson(tool.input, 'input'),
    outputSchema: withFailures(toJson(tool.output, 'output')),
    annotations: tool.annotations,
  }
  described.set(tool, description)
  return description
}
