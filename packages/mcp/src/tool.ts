import type { Capability } from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'
import type * as z from 'zod'
import type { SimulatorControls } from './options.ts'

/**
 * What a tool can do. `read` changes nothing; `receive` makes, takes or withdraws a request for money;
 * `manage` changes the node and costs nothing by itself; `spend` can cost money; `simulate` plays the
 * other side of the simulated network.
 */
export type ToolEffect = 'read' | 'receive' | 'manage' | 'spend' | 'simulate'

/** One capability, or several of which one will do. */
export type Requirement = Capability | readonly Capability[]

/** MCP's four hints, all of them always. */
export interface ToolAnnotations {
  readOnlyHint: boolean
  destructiveHint: boolean
  idempotentHint: boolean
  openWorldHint: boolean
}

/** Puts a question to the user of the client, who answers with the next round of the same call. */
export interface Confirmation {
  /** What came back for the question; `undefined`: it was not put yet. Nothing proves that a person said it. */
  answerTo(questionId: string): 'accept' | 'decline' | 'cancel' | undefined
}

export interface ToolContext {
  readonly wallet: Wallet
  readonly simulator: SimulatorControls | undefined
  /** Aborted when the client stops waiting. */
  readonly signal: AbortSignal
  /** Present if the client asked to be told. */
  readonly onProgress: ((message: string) => void) | undefined
  readonly nowSeconds: () => number
  /** Present where the client can ask its user in the middle of this call. */
  readonly confirmation?: Confirmation | undefined
}

/** Yes or no, put in the middle of a call. */
export interface ToolQuestion {
  id: string
  text: string
}

export interface ToolImage {
  dataBase64: string
  mimeType: string
}

/** `data` is the structured content, `text` one line for clients that show nothing else. */
export interface ToolSuccess<Data> {
  data: Data
  text: string
  image?: ToolImage
  /** To be put to the user before there is an answer; whoever cannot put it gives the answer as it is. */
  question?: ToolQuestion
}

export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  name: string
  title: string
  description: string
  effect: ToolEffect
  annotations: ToolAnnotations
  /** What the backend must be able to do for the tool to be listed. */
  requires: readonly Requirement[]
  input: Input
  output: Output
  run(args: z.output<Input>, context: ToolContext): Promise<ToolSuccess<z.input<Output>>>
  /** What stands in its place, under the same name, on a server that may only read: the part of it that reads. */
  readOnlyForm?: Tool
}

export type Tool = ToolDefinition<z.ZodObject, z.ZodObject>

/** Checks a definition's types against each other; the result is a plain {@link Tool}. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  return definition as unknown as Tool
}

/** Annotations of a tool that only looks, and only at this wallet. */
export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}

/** Annotations of a tool that pays. Idempotent, because the wallet pays the same thing once. */
export const PAYS: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true,
}

/** Annotations of a tool that looks beyond this wallet. */
export const ASKS: ToolAnnotations = { ...READS, openWorldHint: true }

/** Annotations of a tool that brings something about which is so already when it is called again. */
export const SETS: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}

/** Annotations of a tool that takes away or overwrites what was there. */
export const REPLACES: ToolAnnotations = { ...SETS, destructiveHint: true }

/** Annotations of a tool that adds something each time and harms nothing. */
export const ADDS: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
}
