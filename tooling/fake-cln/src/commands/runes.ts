import { capturedResult } from '../captures.ts'
import { type RuneRow, readRestrictions } from '../node/rune-book.ts'
import { readAlternative, toEnglish } from '../node/rune-conditions.ts'
import type { Commands } from '../rpc/command.ts'
import { given } from '../rpc/exact-json.ts'

const unrestrictedWarning = (): unknown =>
  capturedResult('createrune-unrestricted')['warning_unrestricted_rune']

/** Credentials. */
export const runeCommands: Commands = {
  createrune: (node, params) => {
    const restrictions = readRestrictions(params.raw('restrictions'))
    const from = params.text('rune')
    const row = from === undefined ? node.runes.create(restrictions) : node.runes.derive(from, restrictions)
    return given({
      rune: row.rune,
      unique_id: String(row.uniqueId),
      warning_unrestricted_rune: row.restrictions.length === 0 ? unrestrictedWarning() : undefined,
    })
  },

  checkrune: (node, params) => {
    node.runes.check(params.text('rune'), {
      method: params.text('method') ?? '',
      params: params.raw('params'),
    })
    return { valid: true }
  },

  showrunes: (node, params) => {
    const one = params.text('rune')
    return {
      runes: node.runes
        .all()
        .filter(({ rune }) => one === undefined || rune === one)
        .map(runeLine),
    }
  },

  blacklistrune: (node, params) => {
    const start = params.number('start')
    if (start === undefined) return { blacklist: node.runes.blacklisted }
    return { blacklist: node.runes.blacklist(start, params.number('end') ?? start) }
  },
}

function runeLine(row: RuneRow): unknown {
  const restrictions = row.restrictions.map((line) => {
    const alternatives = line.map((text) => {
      const alternative = readAlternative(text)
      const { field, value, condition } = alternative
      return { fieldname: field, value, condition, english: toEnglish(alternative) }
    })
    return { alternatives, english: alternatives.map(({ english }) => english).join(' OR ') }
  })
  return given({
    rune: row.rune,
    last_used: row.lastUsed,
    unique_id: String(row.uniqueId),
    restrictions,
    restrictions_as_english: restrictions.map(({ english }) => english).join(' AND '),
  })
}
