import { backendModule, createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import {
  type BackendModule,
  type LightningBackend,
  OPERATION_NAMES,
  type Operation,
  splitOperation,
} from '@lightning-mcp/core'

type Members = Record<string, unknown>

/** The simulator, with every call that reaches it written down. */
export function recordingModule(change: Partial<BackendModule> = {}): {
  module: BackendModule
  calls: (Operation | 'connect' | 'close')[]
  made: LightningBackend[]
} {
  const calls: (Operation | 'connect' | 'close')[] = []
  const made: LightningBackend[] = []
  const module: BackendModule = {
    ...(backendModule as BackendModule),
    kind: 'recording',
    options: {},
    createBackend() {
      const backend = recorded(createSimulatorBackend({ seed: 'runtime' }), calls)
      made.push(backend)
      return backend
    },
    ...change,
  }
  return { module, calls, made }
}

function recorded(backend: LightningBackend, calls: string[]): LightningBackend {
  const watchMember = (holder: Members, method: string, name: string): unknown => {
    const member = holder[method]
    if (typeof member !== 'function') return member
    return (...args: unknown[]): unknown => {
      calls.push(name)
      return member.apply(holder, args)
    }
  }
  return new Proxy(backend, {
    get(target, key) {
      const name = String(key)
      const inner = Reflect.get(target, key) as unknown
      if (typeof inner === 'function') return watchMember(target as unknown as Members, name, name)
      const isFacet = OPERATION_NAMES.some((operation) => splitOperation(operation)[0] === name)
      if (!isFacet || typeof inner !== 'object' || inner === null) return inner
      return new Proxy(inner, {
        get: (facet, method) => watchMember(facet as Members, String(method), `${name}.${String(method)}`),
      })
    },
  })
}
