import { runNeutralityScenario } from '../neutrality/scenario.ts'
import { openSimulatedWorld } from '../neutrality/simulated-worlds.ts'

runNeutralityScenario('Eclair', () => openSimulatedWorld('Eclair'))
