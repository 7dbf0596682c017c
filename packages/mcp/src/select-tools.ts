import { type Capabilities, type Capability, LightningError, nearest, supports } from '@lightning-mcp/core'
import type { McpFaceOptions } from './options.ts'
import type { Requirement, Tool } from './tool.ts'
import { DEFAULT_TOOLSETS, TOOLSET_NAMES, TOOLSETS, type ToolsetName } from './toolsets.ts'

export interface ToolSelection {
  /** In the order of the toolsets, whatever the order of the options. */
  listed: readonly Tool[]
  /** Known tools that are not listed, and what calling one answers. */
  refused: ReadonlyMap<string, { tool: Tool; error: LightningError }>
}

export interface SelectionRequest
  extends Pick<McpFaceOptions, 'toolsets' | 'tools' | 'excludeTools' | 'readOnly'> {
  /** Absent: not known, so nothing is left out for want of an ability. */
  capabilities?: Capabilities
  hasSimulator: boolean
}

/** Names that stand for several toolsets. */
const GROUPS = ['default', 'all'] as const

function assertKnown(what: 'toolset' | 'tool', names: readonly string[], known: readonly string[]): void {
  for (const name of names) {
    if (known.includes(name)) continue
    const meant = nearest(name, known)
    throw new LightningError({
      code: 'invalid_request',
      message: `There is no ${what} "${name.slice(0, 64)}".`,
      hint:
        meant === undefined
          ? `Known: ${known.join(', ')}.`
          : `Did you mean ${meant}? Known: ${known.join(', ')}.`,
    })
  }
}

function expand(names: readonly string[], hasSimulator: boolean): ReadonlySet<ToolsetName> {
  const available = (all: readonly ToolsetName[]) =>
    all.filter((name) => name !== 'simulator' || hasSimulator)
  return new Set(
    names.flatMap((name) => {
      if (name === 'default') return available(DEFAULT_TOOLSETS)
      return name === 'all' ? available(TOOLSET_NAMES) : [name as ToolsetName]
    }),
  )
}

const refusal = (code: 'permission_denied' | 'unsupported', message: string, hint: string): LightningError =>
  new LightningError({ code, message, hint })

const anyOf = (requirement: Requirement): readonly Capability[] =>
  typeof requirement === 'string' ? [requirement] : requirement

const isMet = (requirement: Requirement, capabilities: Capabilities): boolean =>
  anyOf(requirement).some((capability) => supports(capabilities, capability))

/** Why a tool is not listed, or undefined if it is. Read-only is asked first: nothing overrides it. */
function refusalOf(tool: Tool, request: SelectionRequest, chosen: boolean): LightningError | undefined {
  if (request.readOnly === true && tool.effect !== 'read')
    return refusal(
      'permission_denied',
      `${tool.name} is switched off: this server is read-only.`,
      'Tell the user; only the owner can start the server without --read-only.',
    )
  if (!chosen)
    return refusal(
      'permission_denied',
      `${tool.name} is not switched on in this server.`,
      'Tell the user; only the owner can change the list of tools (--toolsets, --tools, --exclude-tools).',
    )
  const { capabilities } = request
  const missing = capabilities && tool.requires.find((requirement) => !isMet(requirement, capabilities))
  return missing === undefined
    ? undefined
    : refusal(
        'unsupported',
        `This wallet’s node or its credential cannot do that (${anyOf(missing).join(' or ')}).`,
        'Choose another way, or ask the owner.',
      )
}

/** Which tools a server lists. Depends on its configuration alone, never on a session. */
export function selectTools(request: SelectionRequest): ToolSelection {
  const { toolsets, excludeTools = [], hasSimulator } = request
  const tools = request.tools ?? []
  const known = TOOLSET_NAMES.flatMap((name) => TOOLSETS[name].map((tool) => tool.name))
  assertKnown('toolset', toolsets ?? [], [...TOOLSET_NAMES, ...GROUPS])
  assertKnown('tool', [...tools, ...excludeTools], known)
  // an empty list is an answer too: it must not turn into every default tool
  const named = toolsets ?? (request.tools === undefined ? ['default'] : [])
  const chosenSets = expand(named, hasSimulator)

  const listed: Tool[] = []
  const refused = new Map<string, { tool: Tool; error: LightningError }>()
  for (const set of TOOLSET_NAMES)
    for (const whole of TOOLSETS[set] as readonly Tool[]) {
      const tool = request.readOnly === true ? (whole.readOnlyForm ?? whole) : whole
      const chosen =
        (chosenSets.has(set) || tools.includes(tool.name)) &&
        !excludeTools.includes(tool.name) &&
        (set !== 'simulator' || hasSimulator)
      const error = refusalOf(tool, request, chosen)
      if (error === undefined) listed.push(tool)
      else refused.set(tool.name, { tool, error })
    }
  return { listed, refused }
}
