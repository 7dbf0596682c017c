import type { FakeNode } from '../node/fake-node.ts'
import type { Caller } from './command.ts'
import { commands } from './commands.ts'
import { Parameters } from './parameters.ts'
import { RpcError, UNKNOWN_METHOD } from './rpc-error.ts'
import { usagesIn } from './usage.ts'

/** Runs one method of the daemon. Methods that the daemon has and the fake does not are told apart from unknown ones. */
export async function dispatch(
  node: FakeNode,
  method: string,
  params: unknown,
  caller: Omit<Caller, 'run'>,
  sources?: ReadonlyMap<string, string>,
): Promise<unknown> {
  const usage = usagesIn(node.version).get(method)
  if (usage === undefined) throw new RpcError(UNKNOWN_METHOD, `Unknown command '${method}'`)
  const command = commands[method]
  if (command === undefined) throw new RpcError(-1, `this fake does not serve ${method}`)
  const whole: Caller = {
    ...caller,
    run: (other, given) => dispatch(node, other, given, caller),
  }
  return command(node, new Parameters(usage, params, sources), whole)
}
