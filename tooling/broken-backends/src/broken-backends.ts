import { believesEvents } from './backends/believes-events.ts'
import { callsATimeoutFailed } from './backends/calls-a-timeout-failed.ts'
import { closesByForce } from './backends/closes-by-force.ts'
import { countsInDoubles } from './backends/counts-in-doubles.ts'
import { countsOutgoingNegative } from './backends/counts-outgoing-negative.ts'
import { forgetsCanceled } from './backends/forgets-canceled.ts'
import { forgetsLabels } from './backends/forgets-labels.ts'
import { hidesGaps } from './backends/hides-gaps.ts'
import { ignoresExpiry } from './backends/ignores-expiry.ts'
import { ignoresMaxFee } from './backends/ignores-max-fee.ts'
import { keepsEveryEvent } from './backends/keeps-every-event.ts'
import { keepsNativeStates } from './backends/keeps-native-states.ts'
import { keepsStreamsOpen } from './backends/keeps-streams-open.ts'
import { knowsOneError } from './backends/knows-one-error.ts'
import { leaksThePreimage } from './backends/leaks-the-preimage.ts'
import { listsTheLastDay } from './backends/lists-the-last-day.ts'
import { losesTheFee } from './backends/loses-the-fee.ts'
import { makesUpThePreimage } from './backends/makes-up-the-preimage.ts'
import { namesAnotherNetwork } from './backends/names-another-network.ts'
import { neverSaysFailed } from './backends/never-says-failed.ts'
import { opensTwice } from './backends/opens-twice.ts'
import { overridesAFixedAmount } from './backends/overrides-a-fixed-amount.ts'
import { paysItself } from './backends/pays-itself.ts'
import { paysOffersTwice } from './backends/pays-offers-twice.ts'
import { printsItsCredential } from './backends/prints-its-credential.ts'
import { reconnectsAtOnce } from './backends/reconnects-at-once.ts'
import { repeatsAPage } from './backends/repeats-a-page.ts'
import { rewritesInvoices } from './backends/rewrites-invoices.ts'
import { roundsBelowASat } from './backends/rounds-below-a-sat.ts'
import { roundsMsat } from './backends/rounds-msat.ts'
import { sendsASecondTime } from './backends/sends-a-second-time.ts'
import { sendsOnchainTwice } from './backends/sends-onchain-twice.ts'
import { settlesOnceOnly } from './backends/settles-once-only.ts'
import { splicesTwice } from './backends/splices-twice.ts'
import { stubsAFacet } from './backends/stubs-a-facet.ts'
import { swallowsPending } from './backends/swallows-pending.ts'
import { takesAbsenceForFailure } from './backends/takes-absence-for-failure.ts'
import { takesLimitsForRefusal } from './backends/takes-limits-for-refusal.ts'
import { takesTheFeeFromASplice } from './backends/takes-the-fee-from-a-splice.ts'
import { tellsEventsTwice } from './backends/tells-events-twice.ts'
import { tellsMilliseconds } from './backends/tells-milliseconds.ts'
import { throwsAfterSending } from './backends/throws-after-sending.ts'
import { throwsNotFound } from './backends/throws-not-found.ts'
import { throwsOnABrokenSignature } from './backends/throws-on-a-broken-signature.ts'
import { understatesItsWorstFee } from './backends/understates-its-worst-fee.ts'
import type { BrokenBackend } from './broken-backend.ts'
import { mistaken } from './mistake.ts'
import { channelMistakes } from './mistakes/channels.ts'
import { nodeMistakes } from './mistakes/node.ts'
import { offerMistakes } from './mistakes/offers.ts'
import { paymentMistakes } from './mistakes/payments.ts'

/** Backends that are wrong on purpose, one way each. */
export const brokenBackends: readonly BrokenBackend[] = [
  believesEvents,
  callsATimeoutFailed,
  closesByForce,
  countsInDoubles,
  countsOutgoingNegative,
  forgetsCanceled,
  forgetsLabels,
  hidesGaps,
  ignoresExpiry,
  ignoresMaxFee,
  keepsEveryEvent,
  keepsNativeStates,
  keepsStreamsOpen,
  knowsOneError,
  leaksThePreimage,
  listsTheLastDay,
  losesTheFee,
  makesUpThePreimage,
  namesAnotherNetwork,
  neverSaysFailed,
  opensTwice,
  overridesAFixedAmount,
  paysItself,
  paysOffersTwice,
  printsItsCredential,
  reconnectsAtOnce,
  repeatsAPage,
  rewritesInvoices,
  roundsBelowASat,
  roundsMsat,
  sendsASecondTime,
  sendsOnchainTwice,
  settlesOnceOnly,
  splicesTwice,
  stubsAFacet,
  swallowsPending,
  takesAbsenceForFailure,
  takesLimitsForRefusal,
  takesTheFeeFromASplice,
  tellsEventsTwice,
  tellsMilliseconds,
  throwsAfterSending,
  throwsNotFound,
  throwsOnABrokenSignature,
  understatesItsWorstFee,
  ...[...paymentMistakes, ...offerMistakes, ...channelMistakes, ...nodeMistakes].map(mistaken),
]
