import type { Method } from './methods.ts'

/** What a rune says about itself. Nothing here can be trusted to be genuine: only the node can check its tag. */
export interface RuneContents {
  /** Every restriction must hold; each holds if one of its alternatives does. Absent: it cannot be read. */
  restrictions?: readonly (readonly Alternative[])[]
}

interface Alternative {
  field: string
  condition: string
  value: string
}

/** The socket: no rune, no restriction. */
export const UNRESTRICTED: RuneContents = { restrictions: [] }

/** SHA-256 of secret and restrictions, before the text. */
const TAG_BYTES = 32
const CONDITION = /[!=/^$~<>{}#]/

/**
 * Reads a rune's restrictions without asking the node.
 * Format: https://github.com/rustyrussell/runes: base64url of the tag and `restriction&restriction…`, each
 * `alternative|alternative…`, each `field condition value`; a backslash takes the next character as it is.
 */
export function readRune(rune: string): RuneContents {
  const bytes = Buffer.from(rune, 'base64url')
  if (bytes.length < TAG_BYTES) return {}
  const restrictions: Alternative[][] = []
  for (const restriction of splitEscaped(bytes.subarray(TAG_BYTES).toString('utf8'), '&')) {
    const alternatives = Array.from(splitEscaped(restriction, '|'), readAlternative)
    if (alternatives.includes(undefined)) return {}
    restrictions.push(alternatives as Alternative[])
  }
  // the first is the number of the rune, `=1`, with an empty name and nothing beside it
  const [first = []] = restrictions
  const isNumber = first[0]?.field === '' && first[0].condition === '='
  if (isNumber && first.length > 1) return {}
  return { restrictions: isNumber ? restrictions.slice(1) : restrictions }
}

function* splitEscaped(text: string, separator: string): Generator<string> {
  let part = ''
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string
    if (character === '\\') part += character + (text[++index] ?? '')
    else if (character === separator) {
      yield part
      part = ''
    } else part += character
  }
  if (text !== '') yield part
}

function readAlternative(text: string): Alternative | undefined {
  const at = text.search(CONDITION)
  if (at === -1) return undefined
  return {
    field: text.slice(0, at),
    condition: text[at] as string,
    value: text.slice(at + 1).replace(/\\(.)/g, '$1'),
  }
}

/** `depends`: on parameters, on the time, or on how often it was used, which only the call itself shows. */
export type RuneVerdict = 'allowed' | 'denied' | 'depends'

/** Whether the rune lets this method be called. */
export function judgeMethod(
  { restrictions }: RuneContents,
  method: Method | 'createrune',
  now: number,
): RuneVerdict {
  if (restrictions === undefined) return 'depends'
  return worst(restrictions.map((alternatives) => best(alternatives.map((one) => judge(one, method, now)))))
}

/** Restrictions of use and not of right: the rune stays what it is. Others than these are taken by no node. */
const FREQUENCIES: Readonly<Record<string, RegExp>> = {
  per: /^[1-9]\d*(?:[mun]?sec|min|hour|day)?$/,
  rate: /^[1-9]\d*$/,
}

function judge({ field, condition, value }: Alternative, method: string, now: number): RuneVerdict {
  if (condition === '#') return 'allowed'
  switch (field) {
    case 'method':
      return judgeText(condition, method, value)
    case 'time':
      if (!WHOLE.test(value) || (condition !== '<' && condition !== '>')) return 'depends'
      return holds(condition === '<' ? now < Number(value) : now > Number(value))
    default:
      return condition === '=' && FREQUENCIES[field]?.test(value) === true ? 'allowed' : 'depends'
  }
}

const WHOLE = /^\d+$/

const holds = (is: boolean): RuneVerdict => (is ? 'allowed' : 'denied')

function judgeText(condition: string, fact: string, value: string): RuneVerdict {
  switch (condition) {
    case '=':
      return holds(fact === value)
    case '/':
      return holds(fact !== value)
    case '^':
      return holds(fact.startsWith(value))
    case '$':
      return holds(fact.endsWith(value))
    case '~':
      return holds(fact.includes(value))
    case '{':
      return holds(fact < value)
    case '}':
      return holds(fact > value)
    default:
      // `!`: the field must be missing, and it is always there; `<` and `>` are for numbers
      return 'denied'
  }
}

const best = (verdicts: readonly RuneVerdict[]): RuneVerdict =>
  verdicts.includes('allowed') ? 'allowed' : verdicts.includes('depends') ? 'depends' : 'denied'

const worst = (verdicts: readonly RuneVerdict[]): RuneVerdict =>
  verdicts.includes('denied') ? 'denied' : verdicts.includes('depends') ? 'depends' : 'allowed'

/** When a `time<` restriction that has no alternative ends the rune. */
export function runeExpiry({ restrictions = [] }: RuneContents): number | undefined {
  const times = restrictions.flatMap((alternatives) => {
    const [only] = alternatives
    return alternatives.length === 1 &&
      only?.field === 'time' &&
      only.condition === '<' &&
      WHOLE.test(only.value)
      ? [Number(only.value)]
      : []
  })
  return times.length === 0 ? undefined : Math.min(...times)
}
