import { LightningError } from '@lightning-mcp/core'
import { type Failure, failureOf, failureText, internalFailure, ToolFailure } from './failures.ts'
import { parseArguments } from './input/arguments.ts'
import type { Tool, ToolContext, ToolImage, ToolQuestion } from './tool.ts'

/** What a call answers, whatever the transport. */
export interface ToolOutcome {
  isError: boolean
  data: Record<string, unknown>
  text: string
  image?: ToolImage
  /** The client's user is to be asked first; the same call then comes again with the answer. */
  question?: ToolQuestion
}

const failed = (failure: Failure, details: Readonly<Record<string, unknown>> = {}): ToolOutcome => ({
  isError: true,
  data: { ...failure, ...details },
  text: failureText(failure),
})

/** An error as the answer of a tool; what is not a `LightningError` is told to `onFault` alone. */
export function outcomeOfError(
  error: unknown,
  tool: Pick<Tool, 'name' | 'effect'>,
  onFault: ((error: unknown, during: string) => void) | undefined,
): ToolOutcome {
  if (error instanceof ToolFailure) return failed(error.failure, error.details)
  if (LightningError.is(error)) {
    if (error.code === 'internal') onFault?.(error, tool.name)
    return failed(failureOf(error, tool.effect))
  }
  onFault?.(error, tool.name)
  return failed(internalFailure(tool.effect))
}

/**
 * What ended a call that nobody waits for any more is the caller's doing, not a fault. The wallet wraps
 * the signal's reason, which it cannot tell from a fault of its own.
 */
function stoppedWaiting(error: unknown, tool: Tool, { reason }: AbortSignal): unknown {
  if (error instanceof ToolFailure || (LightningError.is(error) && error.cause !== reason)) return error
  return tool.effect === 'spend'
    ? new LightningError({
        code: 'outcome_unknown',
        message: 'The caller stopped waiting; the payment goes on.',
      })
    : new LightningError({ code: 'unavailable', message: 'The caller stopped waiting.' })
}

/** Checks the arguments, runs the tool, and turns whatever happens into an answer. Never rejects. */
export async function callTool(
  tool: Tool,
  args: unknown,
  context: ToolContext,
  onFault: ((error: unknown, during: string) => void) | undefined,
): Promise<ToolOutcome> {
  try {
    const { data, text, image, question } = await tool.run(parseArguments(tool.input, args), context)
    return {
      isError: false,
      data,
      text,
      ...(image === undefined ? {} : { image }),
      ...(question === undefined ? {} : { question }),
    }
  } catch (error) {
    return outcomeOfError(
      context.signal.aborted ? stoppedWaiting(error, tool, context.signal) : error,
      tool,
      onFault,
    )
  }
}
