import type { Ability, Requirement } from './requirement.ts'
import type { Stage } from './stage.ts'

const has = (stage: Stage, ability: Ability): boolean => {
  let value: unknown = stage
  for (const part of ability.split('.')) value = (value as Record<string, unknown> | undefined)?.[part]
  return value !== undefined
}

/** What the stage lacks for a requirement; empty where it can be run. */
export function missingAbilities(stage: Stage, requirement: Requirement): readonly Ability[] {
  const { needs = [], orNeeds } = requirement
  const missing = needs.filter((ability) => !has(stage, ability))
  if (orNeeds?.every((ability) => has(stage, ability)) === true) return []
  return missing
}
