import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { openQuestions, type Questions } from '../../../apps/stdio/src/cli/questions.ts'

/** A terminal at which somebody sits: each prompt is answered by what is typed there. */
export interface Terminal {
  readonly questions: Questions
  /** Everything that stood on it, what was typed and echoed included. */
  screen(): string
  /** The names of the options that were asked for, in their order. */
  asked(): string[]
}

/** Types an answer at the prompt that begins with its name, and nothing but Enter at all others. */
export function sitAtTerminal(answers: Readonly<Record<string, string>>): Terminal {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = new PassThrough()
  let written = ''
  let answered = 0
  const asked: string[] = []
  output.setEncoding('utf8').on('data', (text: string) => {
    written += text
    const prompt = /(?:^|\n)(\w+)[^\n]*: $/.exec(stripVTControlCharacters(written.slice(answered)))
    if (prompt?.[1] === undefined) return
    answered = written.length
    asked.push(prompt[1])
    input.write(`${answers[prompt[1]] ?? ''}\r`)
  })
  return {
    questions: openQuestions({ input, output }),
    screen: () => stripVTControlCharacters(written),
    asked: () => asked,
  }
}
