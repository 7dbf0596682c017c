import type { Requirement } from './requirement.ts'
import { facetRequirements } from './requirements/facets.ts'
import { listRequirements } from './requirements/lists.ts'
import { nodeRequirements } from './requirements/node.ts'
import { offerRequirements } from './requirements/offers.ts'
import { payRequirements } from './requirements/pay.ts'
import { paymentControlRequirements } from './requirements/payment-controls.ts'
import { receiveRequirements } from './requirements/receive.ts'
import { setupRequirements } from './requirements/setup.ts'
import { unitRequirements } from './requirements/units.ts'

/** Everything that is asked of a backend, in the order in which it is run. */
export const conformanceRequirements: readonly Requirement[] = [
  ...setupRequirements,
  ...unitRequirements,
  ...receiveRequirements,
  ...payRequirements,
  ...paymentControlRequirements,
  ...offerRequirements,
  ...listRequirements,
  ...facetRequirements,
  ...nodeRequirements,
]
