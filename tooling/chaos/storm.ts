import type { ChildAnswer, ChildCall } from '../../packages/wallet/test/support/child-order.ts'
import type { Stage } from '../../packages/wallet/test/support/processes.ts'

/** A payment as the node has it on its books. */
export interface NodePayment {
  amountMsat: bigint
  feeMsat: bigint
  status: 'pending' | 'settled' | 'failed'
}

/** A node of one's own to pay from, whose wallets come and go, and what it says of them. */
export interface StormStage extends Stage {
  /** One of the recipient. */
  invoice(amountMsat: bigint): Promise<string>
  outgoing(): Promise<readonly NodePayment[]>
  close(): Promise<void>
}

export interface Tally {
  runs: number
  kills: number
  /** By the nodes' own books. */
  payments: number
  /** Paid more than once, or sent while the node had it. */
  double: number
  /** Paid and not booked, booked and not paid, or neither paid nor refused by a limit. */
  lost: number
  breaches: number
  reserved: number
  /** What recomputing the ledgers found to be wrong. */
  findings: number
}

export const isClean = ({ double, lost, breaches, reserved, findings }: Tally): boolean =>
  double + lost + breaches + reserved + findings === 0

const FIRST_AMOUNT_MSAT = 50_000n
/** What sets each payment of a run apart. */
const STEP_MSAT = 1_000n
/** The wallet's own, for small amounts. */
const MAX_FEE_MSAT = 10_000n
/** More than a payment may be: must never leave. */
const TOO_MUCH_MSAT = 10_001_000n
/** So often a call is repeated until it is settled or refused. */
const PATIENCE = 60

const MOMENTS: readonly (readonly [name: string, times: number])[] = [
  ['created', 2],
  ['minted', 2],
  ['recorded', 3],
  ['before-send', 3],
  ['sent', 3],
  ['answered', 3],
  ['result-recorded', 3],
  ['commit', 9],
  ['committed', 9],
  ['asking', 4],
  ['told', 4],
]

/** A small generator, so that a seed repeats a run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed || 1
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Lives through as many runs, some at once. */
export async function storm(options: {
  runs: number
  seed: number
  atOnce: number
  openStage(index: number): Promise<StormStage>
  say?: (line: string) => void
}): Promise<Tally> {
  const { runs, seed, atOnce, openStage, say } = options
  const tally: Tally = {
    runs: 0,
    kills: 0,
    payments: 0,
    double: 0,
    lost: 0,
    breaches: 0,
    reserved: 0,
    findings: 0,
  }
  let next = 0
  const worker = async () => {
    while (next < runs) {
      const index = next++
      const stage = await openStage(index)
      await live(stage, index, seeded(seed * 7919 + index), tally, say)
      await stage.close()
      tally.runs += 1
      if (tally.runs % 25 === 0) say?.(`${tally.runs} of ${runs}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return tally
}

/** One data folder's life: several wallets on it, killed some times, then left alone until all is over. */
async function live(
  stage: StormStage,
  index: number,
  random: (below: number) => number,
  tally: Tally,
  say: ((line: string) => void) | undefined,
): Promise<void> {
  const targets = await Promise.all(
    Array.from({ length: 3 + random(4) }, (_, i) => target(stage, index, i, random)),
  )
  const whole = targets.reduce((sum, { amountMsat }) => sum + amountMsat + MAX_FEE_MSAT, 0n)
  // most often less than all of it together
  const budgetMsat = (whole * BigInt(40 + random(80))) / 100n
  const tooMuch: ChildCall = {
    destination: `eve${index}@shop.example`,
    amountMsat: `${TOO_MUCH_MSAT}`,
    waitSeconds: 5,
  }
  // each once, and some twice at once
  const calls = [
    tooMuch,
    ...targets.map(({ call }) => call),
    ...targets.slice(random(3)).map(({ call }) => call),
  ]
  const order = { calls, limits: { maxPerDayMsat: `${budgetMsat}` } }

  for (let rounds = 2 + random(3); rounds > 0; rounds--)
    await Promise.all(
      Array.from({ length: 1 + random(3) }, async () => {
        const died = await stage.run({ ...order, ...killAt(random) }, killAfter(random))
        if (died === undefined) tally.kills += 1
      }),
    )
  let answer: ChildAnswer | undefined
  for (let tries = 0, atRest = false; tries < PATIENCE && !atRest; tries++) {
    const before = answer
    answer = await stage.run({ ...order, audit: true })
    // what was refused while another held more than it cost may fit the next time
    atRest = isOver(answer) && answer?.spentMsat === before?.spentMsat
  }

  const wrong = judge(targets, budgetMsat, answer, await stage.outgoing(), stage.notes(), tally)
  for (const line of wrong) say?.(`run ${index}: ${line}`)
}

interface Target {
  amountMsat: bigint
  call: ChildCall
}

async function target(
  stage: StormStage,
  index: number,
  i: number,
  random: (below: number) => number,
): Promise<Target> {
  const amountMsat = FIRST_AMOUNT_MSAT + BigInt(i) * STEP_MSAT
  const key = random(2) === 0 ? {} : { idempotencyKey: `key-${index}-${i}` }
  const what =
    random(2) === 0
      ? { destination: await stage.invoice(amountMsat) }
      : { destination: `bob${i}@shop.example`, amountMsat: `${amountMsat}` }
  return { amountMsat, call: { waitSeconds: 60, ...what, ...key } }
}

/** At a moment by its name; one in five at no moment in particular. */
function killAt(random: (below: number) => number): { dieAt?: string } {
  const [name, times] = MOMENTS[random(MOMENTS.length)] ?? ['commit', 1]
  const which = 1 + random(times)
  return random(5) === 0 ? {} : { dieAt: which === 1 ? name : `${name}#${which}` }
}

const killAfter = (random: (below: number) => number): { killAfterMs?: number } =>
  random(4) === 0 ? { killAfterMs: 100 + random(900) } : {}

/** Settled, or refused for good. */
const isOver = (answer: ChildAnswer | undefined): boolean =>
  answer?.outcomes.every(({ state, code }) => state === 'settled' || code === 'budget_exceeded') === true &&
  answer.reservedMsat === '0'

/** Compares what the wallet said last with the node's books, and counts what is wrong. */
function judge(
  targets: readonly Target[],
  budgetMsat: bigint,
  answer: ChildAnswer | undefined,
  outgoing: readonly NodePayment[],
  notes: readonly string[],
  tally: Tally,
): string[] {
  const wrong: string[] = []
  const count = (what: 'double' | 'lost' | 'breaches' | 'reserved' | 'findings', line: string) => {
    tally[what] += 1
    wrong.push(`${what}: ${line}`)
  }
  const settled = outgoing.filter(({ status }) => status === 'settled')
  tally.payments += settled.length
  for (const note of notes) count('double', note)
  const spentMsat = settled.reduce((sum, { amountMsat, feeMsat }) => sum + amountMsat + feeMsat, 0n)
  if (spentMsat > budgetMsat) count('breaches', `${spentMsat} msat of ${budgetMsat}`)
  if (settled.some(({ amountMsat }) => amountMsat >= TOO_MUCH_MSAT))
    count('breaches', 'a payment above the limit')
  if (!isOver(answer)) count('lost', `no end: ${JSON.stringify(answer?.outcomes)}`)
  if (answer?.reservedMsat !== '0') count('reserved', `${answer?.reservedMsat} msat`)
  if (answer?.spentMsat !== `${spentMsat}`)
    count('lost', `booked ${answer?.spentMsat} msat, left ${spentMsat}`)
  for (const finding of answer?.findings ?? []) count('findings', finding)

  const said = answer?.outcomes.slice(1) ?? []
  for (const [index, { amountMsat, call }] of targets.entries()) {
    const paid = settled.filter((payment) => payment.amountMsat === amountMsat).length
    if (paid > 1) count('double', `${paid} payments to ${call.destination.slice(0, 30)}`)
    const outcome = said[index]
    if (outcome?.state === 'settled' && paid === 0) count('lost', 'settled, and the node has no payment')
    if (outcome?.state !== 'settled' && paid > 0) count('lost', `paid, and the wallet says ${outcome?.code}`)
    // nothing is reserved any more: what does not fit now never did
    if (outcome?.code === 'budget_exceeded' && spentMsat + amountMsat + MAX_FEE_MSAT <= budgetMsat)
      count('lost', 'refused, though it fits the budget')
  }
  return wrong
}
