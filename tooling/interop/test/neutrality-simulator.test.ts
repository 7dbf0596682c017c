import { runNeutralityScenario } from '../neutrality/scenario.ts'
import { openSimulatedWorld } from '../neutrality/simulated-worlds.ts'

runNeutralityScenario('simulator', () => openSimulatedWorld('simulator'))
