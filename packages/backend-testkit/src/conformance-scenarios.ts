import type { Scenario } from './scenario.ts'
import { channelScenarios } from './scenarios/channels.ts'
import { eventScenarios } from './scenarios/events.ts'
import { facetScenarios } from './scenarios/facets.ts'
import { feeLimitScenarios } from './scenarios/fee-limit.ts'
import { holdScenarios } from './scenarios/hold.ts'
import { listScenarios } from './scenarios/lists.ts'
import { lostReplyScenarios } from './scenarios/lost-replies.ts'
import { nodeScenarios } from './scenarios/node.ts'
import { offerScenarios } from './scenarios/offers.ts'
import { onchainScenarios } from './scenarios/onchain.ts'
import { payScenarios } from './scenarios/pay.ts'
import { paymentControlScenarios } from './scenarios/payment-controls.ts'
import { receiveScenarios } from './scenarios/receive.ts'
import { setupScenarios } from './scenarios/setup.ts'
import { specialPaymentScenarios } from './scenarios/special-payments.ts'
import { undeclaredScenarios } from './scenarios/undeclared.ts'
import { unitScenarios } from './scenarios/units.ts'

/** Every scenario; each proves the requirement of its id. */
export const conformanceScenarios: readonly Scenario[] = [
  ...setupScenarios,
  ...undeclaredScenarios,
  ...unitScenarios,
  ...receiveScenarios,
  ...holdScenarios,
  ...payScenarios,
  ...feeLimitScenarios,
  ...lostReplyScenarios,
  ...specialPaymentScenarios,
  ...paymentControlScenarios,
  ...offerScenarios,
  ...listScenarios,
  ...eventScenarios,
  ...facetScenarios,
  ...channelScenarios,
  ...onchainScenarios,
  ...nodeScenarios,
]
