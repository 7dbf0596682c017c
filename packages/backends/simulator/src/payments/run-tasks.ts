import type { NetworkState } from '../network-state.ts'
import { attempt } from './attempt.ts'
import { drive } from './forward.ts'

/** Works off what payments have left to do, in order, until nothing is left that can be done now. */
export function runTasks(state: NetworkState): void {
  for (let task = state.tasks.shift(); task !== undefined; task = state.tasks.shift())
    if (task.do === 'attempt') attempt(state, task.payment)
    else drive(state, task.payment, task.part)
}
