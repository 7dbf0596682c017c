import { LightningError, nearest, type PaymentHash, supports } from '@lightning-mcp/core'
import type { PaymentId } from '@lightning-mcp/wallet'
import { callTool, outcomeOfError, type ToolOutcome } from './call-tool.ts'
import { describeTool, type ToolDescription } from './describe-tool.ts'
import { instructions } from './instructions.ts'
import type { McpFaceOptions } from './options.ts'
import { createResourceChanges, type ResourceChanges } from './resources/changes.ts'
import {
  invoiceUri,
  isResourceUri,
  noWallet,
  paymentUri,
  type ResourceContent,
  readResource,
} from './resources/resources.ts'
import { selectTools } from './select-tools.ts'
import type { ToolContext } from './tool.ts'
import { withAdvice } from './with-advice.ts'

/** What a call brings along, whatever the transport. */
export type CallContext = Pick<ToolContext, 'signal' | 'onProgress' | 'confirmation'>

/** Everything that the MCP server does, without the SDK: made once, shared by all connections. */
export interface FaceCore {
  readonly version: string
  readonly instructions: string
  readonly tools: readonly ToolDescription[]
  /** Never rejects; undefined: there is no tool of that name. */
  callTool(name: string, args: unknown, context: CallContext): Promise<ToolOutcome | undefined>
  /** The tool that a wrong name may have meant. */
  nearestTool(name: string): string | undefined
  /** Rejects with `LightningError`; undefined: there is no such resource. */
  readResource(uri: string, signal: AbortSignal): Promise<ResourceContent | undefined>
  /** Absent: the backend reports no changes. */
  readonly changes: ResourceChanges | undefined
  onFault(error: unknown, during: string): void
}

export function createFaceCore(options: McpFaceOptions): FaceCore {
  const { wallet, simulator, startupError } = options
  const broken = startupError !== undefined || wallet === undefined
  const onFault = (error: unknown, during: string) => options.onError?.(error, during)
  const nowSeconds = options.nowSeconds ?? (() => Math.floor(Date.now() / 1_000))
  const { listed, refused } = selectTools({
    ...options,
    ...(wallet === undefined ? {} : { capabilities: wallet.capabilities }),
    hasSimulator: simulator !== undefined,
  })
  const byName = new Map(listed.map((tool) => [tool.name, tool]))
  const changes =
    broken || !supports(wallet.capabilities, 'watch') ? undefined : createResourceChanges(wallet, onFault)
  const noteResources = ({ payment_hash: hash, payment_id: id }: Readonly<Record<string, unknown>>) => {
    if (typeof hash === 'string') changes?.note(invoiceUri(hash as PaymentHash))
    if (typeof id === 'string') changes?.note(paymentUri(id as PaymentId))
  }

  return {
    version: options.version,
    instructions: instructions({
      readOnly: options.readOnly === true,
      simulated: options.simulator !== undefined,
      previews: listed.some(({ input }) => 'preview' in input.shape),
    }),
    tools: listed.map(describeTool),
    async callTool(name, args, context) {
      const refusal = refused.get(name)
      if (refusal !== undefined) return outcomeOfError(refusal.error, refusal.tool, onFault)
      const tool = byName.get(name)
      if (tool === undefined) return undefined
      if (broken) return outcomeOfError(noWallet(startupError), tool, onFault)
      const outcome = await callTool(tool, args, { ...context, wallet, simulator, nowSeconds }, onFault)
      noteResources(outcome.data)
      return withAdvice(outcome, options.advice)
    },
    nearestTool: (name) => nearest(name, [...byName.keys()]),
    async readResource(uri, signal) {
      if (broken) throw noWallet(startupError)
      if (isResourceUri(uri)) changes?.note(uri)
      try {
        return await readResource(wallet, uri, signal)
      } catch (error) {
        if (LightningError.is(error)) throw error
        if (!signal.aborted) onFault(error, 'resources/read')
        throw new LightningError({ code: 'internal', sent: 'no', message: 'The resource could not be read.' })
      }
    },
    changes,
    onFault,
  }
}
