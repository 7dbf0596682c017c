import { runNeutralityScenario } from '../neutrality/scenario.ts'
import { openSimulatorWorld } from '../neutrality/simulator-world.ts'

runNeutralityScenario('the simulator', openSimulatorWorld)
