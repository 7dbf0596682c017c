import { LightningError, type OnchainTransaction, satToMsat } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import { failedOutcome } from '../intents/outcome.ts'
import { detailsOf, labelOf, type OnchainDetails } from '../spending/spend-plan.ts'
import { theOneOf } from './claims.ts'
import { listOnchain } from './listing.ts'
import { spentOutcome, waitingOutcome } from './spent.ts'
import type { LookContext, Strategy } from './strategy.ts'

/** Clocks of wallets and blocks differ, but not by so much. */
const CLOCK_SLACK_SECONDS = 86_400

/** A payment to a bitcoin address: found by its label, else as the one new transaction with that output. */
export const onchainStrategy: Strategy = {
  isReady: ({ details }) => details !== undefined,
  async send(intent, backend, { signal }) {
    const { address, amountSat, feeRateSatPerVbyte, labelled } = detailsOf<OnchainDetails>(intent)
    if (backend.onchain?.send === undefined)
      throw new LightningError({ code: 'unsupported', message: 'this backend sends no coins' })
    const answer = await backend.onchain.send({
      address,
      amountSat,
      feeRateSatPerVbyte,
      signal,
      ...(labelled ? { label: labelOf(intent) } : {}),
    })
    return (current, nowMs) => {
      if (answer.status === 'broadcast') return spentOutcome(current, { txId: answer.txId }, nowMs)
      if (answer.status === 'failed')
        return failedOutcome({ reason: 'other', detail: answer.detail }, 'same-call')
      return waitingOutcome(current, nowMs)
    }
  },
  async lookUp(intent, context) {
    const transaction = await findTransaction(intent, context)
    if (transaction === undefined) return (current, nowMs) => waitingOutcome(current, nowMs)
    return (current, nowMs) => spentOutcome(current, spentBy(transaction), nowMs)
  },
}

/** What a transaction tells of itself. */
export const spentBy = ({ txId, feeSat }: OnchainTransaction) => ({
  txId,
  ...(feeSat === undefined ? {} : { feeMsat: satToMsat(feeSat) }),
})

/** Transactions as far back as the spending. */
export const listSince = (
  intent: Intent,
  { ask }: Pick<LookContext, 'ask'>,
): Promise<OnchainTransaction[]> => {
  const since = (intent.dispatchedAtMs ?? intent.createdAtMs) / 1000 - CLOCK_SLACK_SECONDS
  return ask((backend, signal) =>
    listOnchain(backend, signal, (page) => {
      const oldest = page.at(-1)?.createdAt
      return oldest !== undefined && oldest < since
    }),
  )
}

async function findTransaction(
  intent: Intent,
  context: LookContext,
): Promise<OnchainTransaction | undefined> {
  const transactions = await listSince(intent, context)
  const { txId, labelled, address, amountSat, known } = detailsOf<OnchainDetails>(intent)
  if (txId !== undefined) return transactions.find((transaction) => transaction.txId === txId)
  if (labelled) return transactions.find(({ label }) => label === labelOf(intent))
  const alike = transactions.filter((transaction) => pays(transaction, address, amountSat))
  const fresh = alike.filter(
    (transaction) => !known.includes(transaction.txId) && isYounger(transaction, intent),
  )
  return theOneOf(intent, fresh, (transaction) => transaction.txId, context)
}

/** A block may tell a time of up to two hours before its transactions were made. */
const BLOCK_SLACK_SECONDS = 7_200

const isYounger = ({ createdAt }: OnchainTransaction, { dispatchedAtMs = 0 }: Intent): boolean =>
  createdAt === undefined || createdAt >= dispatchedAtMs / 1000 - BLOCK_SLACK_SECONDS

/** Whether the wallet paid that amount to that address by it. */
export const pays = (
  { netSat, outputs = [] }: OnchainTransaction,
  address: string,
  amountSat: bigint,
): boolean =>
  netSat < 0n && outputs.some((output) => output.address === address && output.amountSat === amountSat)
