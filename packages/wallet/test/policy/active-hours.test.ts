import { describe, expect, test } from 'vitest'
import { type ActiveHours, activeHoursText, isActive } from '../../src/policy/active-hours.ts'

const day: ActiveHours = { timeZone: 'Europe/Berlin', fromMinute: 8 * 60, toMinute: 20 * 60 }
const weekdays: ActiveHours = { ...day, days: ['mon', 'tue', 'wed', 'thu', 'fri'] }
const fridayNight: ActiveHours = { ...day, days: ['fri'], fromMinute: 22 * 60, toMinute: 6 * 60 }
const night: ActiveHours = { ...day, fromMinute: 22 * 60, toMinute: 6 * 60 }
const untilMidnight: ActiveHours = { ...day, fromMinute: 20 * 60, toMinute: 24 * 60 }
const small: ActiveHours = { ...day, fromMinute: 2 * 60, toMinute: 3 * 60 }

describe('spending hours', () => {
  // 2027-01-01 is a Friday; Berlin is an hour ahead of UTC in winter, two in summer
  test.each<[string, ActiveHours, string, boolean]>([
    ['the first minute', day, '2027-01-01T07:00:00Z', true],
    ['a moment before it', day, '2027-01-01T06:59:59.999Z', false],
    ['the last moment', day, '2027-01-01T18:59:59.999Z', true],
    ['the end', day, '2027-01-01T19:00:00Z', false],
    ['the first minute in summer', day, '2027-07-01T06:00:00Z', true],
    ['the same hour of UTC in winter', day, '2027-01-01T06:00:00Z', false],
    ['a Friday', weekdays, '2027-01-01T12:00:00Z', true],
    ['a Saturday', weekdays, '2027-01-02T12:00:00Z', false],
    ['night, before midnight', night, '2027-01-01T22:00:00Z', true],
    ['night, after midnight', night, '2027-01-02T04:59:00Z', true],
    ['night, its end', night, '2027-01-02T05:00:00Z', false],
    ['noon of a night', night, '2027-01-01T12:00:00Z', false],
    ['Friday night on Friday', fridayNight, '2027-01-01T21:00:00Z', true],
    ['Friday night on Saturday morning', fridayNight, '2027-01-02T04:00:00Z', true],
    ['Friday night on Friday morning', fridayNight, '2027-01-01T04:00:00Z', false],
    ['Friday night on Saturday evening', fridayNight, '2027-01-02T21:00:00Z', false],
    ['until midnight, the last minute', untilMidnight, '2027-01-01T22:59:00Z', true],
    ['until midnight, midnight', untilMidnight, '2027-01-01T23:00:00Z', false],
    // 2027-03-28 02:00 becomes 03:00, 2027-10-31 03:00 becomes 02:00
    ['an hour that a night leaves out, before', small, '2027-03-28T00:59:00Z', false],
    ['an hour that a night leaves out, after', small, '2027-03-28T01:00:00Z', false],
    ['an hour that a night has twice, first', small, '2027-10-31T00:30:00Z', true],
    ['an hour that a night has twice, again', small, '2027-10-31T01:30:00Z', true],
    ['the hour after it', small, '2027-10-31T02:00:00Z', false],
  ])('%s', (_, hours, at, active) => {
    expect(isActive(hours, Date.parse(at))).toBe(active)
  })

  test('read as they were written', () => {
    expect(activeHoursText(weekdays)).toBe('mon, tue, wed, thu, fri 08:00–20:00 Europe/Berlin')
    expect(activeHoursText(untilMidnight)).toBe('20:00–24:00 Europe/Berlin')
  })
})
