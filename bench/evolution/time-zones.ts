/** Offsets of time zones at a date, in minutes. Zones and answers: moment-timezone. */
import moment from 'moment-timezone'
import { pick } from './family.ts'
import type { Choices, Family, Task } from './family.ts'

const ZONES = moment.tz.names().filter((name) => name.includes('/') && !name.startsWith('Etc/'))

const FROM = Date.UTC(2015, 0, 1)
const TO = Date.UTC(2026, 0, 1)
const HOUR = 60

export const timeZones: Family = {
  name: 'time zones',
  options: {
    offset: ['of-the-year-1990', 'of-January', 'summer-time-from-April-on', 'at-the-date'],
    unit: ['hours', 'minutes']
  },
  draw(random): Task {
    const zone = pick(ZONES, random)
    const at = FROM + random() * (TO - FROM)
    const right = moment.tz(at, zone).utcOffset()
    return { kind: 'offset', isSolved: (choices) => answer(zone, at, choices) === right }
  }
}

function answer(zone: string, at: number, { offset, unit }: Choices): number {
  const minutes = offsetOf(zone, at, offset)
  return unit === 'hours' ? Math.round(minutes / HOUR) * HOUR : minutes
}

function offsetOf(zone: string, at: number, how: string | undefined): number {
  const { year, month } = { year: new Date(at).getUTCFullYear(), month: new Date(at).getUTCMonth() }
  const january = moment.tz(Date.UTC(year, 0, 10), zone).utcOffset()
  switch (how) {
    case 'of-the-year-1990':
      return moment.tz(Date.UTC(1990, 0, 10), zone).utcOffset()
    case 'of-January':
      return january
    case 'summer-time-from-April-on':
      return january + (month >= 3 && month <= 9 ? HOUR : 0)
    default:
      return moment.tz(at, zone).utcOffset()
  }
}
