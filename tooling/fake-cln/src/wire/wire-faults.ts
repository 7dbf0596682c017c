/** What happens to the answer of one call. */
export type AnswerFault =
  /** The connection is cut instead. */
  | 'lose'
  /** A whole object that is no answer of this call. */
  | 'garble'
  /** Half of it, and then the connection is cut. */
  | 'cut-json'
  /** Ten megabytes more than anybody wants. */
  | 'huge'
  /** One byte after the other, slowly, for ever. */
  | 'drip'
  /** A page of a web server that stands in between. */
  | 'html'
  /** Never. */
  | 'silence'
  /** Refused: too many calls. */
  | 'limit'

interface Armed {
  readonly fault: AnswerFault
  readonly methods: ReadonlySet<string> | undefined
  times: number
}

const SPENDING = new Set([
  'xpay',
  'pay',
  'xkeysend',
  'keysend',
  'fundchannel',
  'withdraw',
  'splicein',
  'spliceout',
  'close',
])

export const PAYMENTS: readonly string[] = ['xpay', 'pay', 'xkeysend', 'keysend']

/** Faults that wait for the next call that they are meant for. */
export class WireFaults {
  readonly #armed: Armed[] = []

  /** For the next call of one of these methods; of any spending one by default. */
  arm(fault: AnswerFault, methods: Iterable<string> = SPENDING, times = 1): void {
    this.#armed.push({ fault, methods: new Set(methods), times })
  }

  armAny(fault: AnswerFault, times = 1): void {
    this.#armed.push({ fault, methods: undefined, times })
  }

  take(method: string): AnswerFault | undefined {
    const index = this.#armed.findIndex(({ methods }) => methods === undefined || methods.has(method))
    const armed = this.#armed[index]
    if (armed === undefined) return undefined
    armed.times -= 1
    if (armed.times <= 0) this.#armed.splice(index, 1)
    return armed.fault
  }

  clear(): void {
    this.#armed.length = 0
  }
}

export const HTML_PAGE =
  '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n'

const HUGE_BYTES = 10_500_000

/** An answer that is well-formed and far too long. */
export const hugeText = (): string => 'x'.repeat(HUGE_BYTES)

export const DRIP_MS = 25
