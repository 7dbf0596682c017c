const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value that must not be printed: a macaroon, a key, a preimage of an unpaid invoice.
 * Every way of turning it into text says `[secret]`; only {@link Secret.reveal} gives it out.
 */
export class Secret<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. Call it where the bytes go to the node, nowhere else. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect](): string {
    return '[secret]'
  }
}
