export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]

/** When spending is allowed, by the clock on the owner's wall. */
export interface ActiveHours {
  /** IANA name. */
  timeZone: string
  /** Days on which the hours begin; absent: every day. */
  days?: readonly Day[]
  /** Minutes since midnight. `to` before `from`: until that time of the next day. */
  fromMinute: number
  toMinute: number
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Throws `RangeError` for an unknown time zone. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formatters.set(timeZone, formatter)
  }
  return formatter
}

/** Whether it is the name of a zone, not a fixed offset, which would be wrong for half the year. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    formatterOf(name)
    return true
  } catch {
    return false
  }
}

function localTime(timeZone: string, atMs: number): { day: number; minute: number } {
  const parts = Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  )
  return {
    day: DAYS.indexOf(`${parts['weekday']}`.toLowerCase() as Day),
    minute: Number(parts['hour']) * 60 + Number(parts['minute']),
  }
}

/** Whether the moment lies within the hours: from the first minute on, the last one excluded. */
export function isActive({ timeZone, days, fromMinute, toMinute }: ActiveHours, atMs: number): boolean {
  const { day, minute } = localTime(timeZone, atMs)
  const on = (index: number): boolean => days === undefined || days.includes(DAYS[(index + 7) % 7] as Day)
  if (fromMinute < toMinute) return on(day) && minute >= fromMinute && minute < toMinute
  return (on(day) && minute >= fromMinute) || (on(day - 1) && minute < toMinute)
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** `mon, tue 08:00–20:00 Europe/Berlin`. */
export function activeHoursText({ timeZone, days, fromMinute, toMinute }: ActiveHours): string {
  const which = days === undefined ? '' : `${days.join(', ')} `
  return `${which}${clock(fromMinute)}–${clock(toMinute)} ${timeZone}`
}
