import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

export interface Questions {
  /** Answers the fallback for an empty line, and at the end of the input. */
  ask(question: string, options?: { fallback?: string; secret?: boolean }): Promise<string>
  close(): void
}

interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream
}

/**
 * Asks on `output` and reads lines from `input`. What is typed at a terminal is shown while an open
 * question that is no secret waits for it, and at no other time: who types ahead shows nothing.
 */
export function openQuestions({ input, output }: Terminal): Questions {
  let hidden = input.isTTY === true
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) output.write(chunk)
      done()
    },
  })
  const isTerminal = input.isTTY === true
  // without a history: the arrow keys would show a secret again at the next question
  const lines = createInterface({ input, output: echo, terminal: isTerminal, historySize: 0 })
  const waiting: ((line: string) => void)[] = []
  const early: string[] = []
  let ended = false
  lines.on('line', (line) => {
    const next = waiting.shift()
    if (next === undefined) early.push(line)
    else next(line)
  })
  lines.on('close', () => {
    ended = true
    for (const next of waiting.splice(0)) next('')
  })
  const nextLine = (): Promise<string> => {
    const line = early.shift()
    if (line !== undefined || ended) return Promise.resolve(line ?? '')
    return new Promise((resolve) => waiting.push(resolve))
  }
  return {
    async ask(question, { fallback = '', secret = false } = {}) {
      const prompt = `${question}${fallback === '' ? '' : ` [${fallback}]`}: `
      hidden = secret && isTerminal
      if (ended || hidden) output.write(prompt)
      if (!ended) {
        lines.setPrompt(hidden ? '' : prompt)
        lines.prompt()
      }
      const line = (await nextLine()).trim()
      if (hidden || !isTerminal) output.write('\n')
      hidden = isTerminal
      return line === '' ? fallback : line
    },
    close: () => lines.close(),
  }
}
