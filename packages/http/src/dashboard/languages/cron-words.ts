import cronstrue from "cronstrue"
import "cronstrue/locales/ar.js"
import "cronstrue/locales/de.js"
import "cronstrue/locales/es.js"
import "cronstrue/locales/fr.js"

/** Once a day: the words for it don't say so unless they are asked to. */
const ONCE_A_DAY = /^(@daily|@midnight|(\d+\s+)?\d+\s+\d+\s+[*?]\s+\*\s+[*?])$/i

/**
 * A cron expression in words: `At 08:30, Monday through Friday`; of one that restricts day and weekday, of which one is enough, the
 * words of each. Empty for the few that have no words, such as a list of nearest weekdays.
 *
 * @param language One of the dashboard's.
 */
export function cronInWords(cron: string, language: string): readonly string[] {
  try {
    return alternativesOf(cron.trim()).map((one) => wordsOf(one, language))
  } catch {
    return []
  }
}

function wordsOf(cron: string, language: string): string {
  const verbose = ONCE_A_DAY.test(cron)
  return cronstrue
    .toString(withoutUnevenSteps(cron), { locale: language, use24HourTimeFormat: true, verbose })
    .trim()
}

/** The first and the last value of each field, from the weekday back. A month may have 28 days, so no step is even in it. */
const FIELDS = [
  { first: 0, last: 6 },
  { first: 1, last: 12 },
  { first: 1, last: 31, isUneven: true },
  { first: 0, last: 23 },
  { first: 0, last: 59 },
  { first: 0, last: 59 },
]

/**
 * A step that doesn't divide its field, as a list: minutes of every 45 are 0 and 45 of each hour, of which cronstrue says that they are
 * 45 minutes apart.
 */
function withoutUnevenSteps(cron: string): string {
  const fields = cron.split(/\s+/)
  if (fields.length < 5) return cron
  const written = fields.toReversed().map((field, place) => {
    const [, from = "", step = ""] = /^(\*|\d+)\/(\d+)$/.exec(field) ?? []
    const { first, last, isUneven } = FIELDS[place] ?? {}
    if (first === undefined || last === undefined || Number(step) < 2) return field
    const start = from === "*" ? first : Number(from)
    const isEven = (last - first + 1) % Number(step) === 0 && start - first < Number(step)
    if (isEven && !isUneven) return field
    const count = Math.floor((last - start) / Number(step)) + 1
    return Array.from({ length: count }, (_, index) => start + index * Number(step)).join(",")
  })
  return written.toReversed().join(" ")
}

/** cronstrue joins day and weekday by "and", which reads as if both had to fit. */
function alternativesOf(cron: string): readonly string[] {
  const fields = cron.split(/\s+/)
  const [day, month, weekday] = fields.slice(-3)
  if (fields.length < 5 || !isRestricted(day) || !isRestricted(weekday)) return [cron]
  const times = fields.slice(0, -3)
  return [[...times, day, month, "*"].join(" "), [...times, "*", month, weekday].join(" ")]
}

function isRestricted(field: string | undefined): boolean {
  return field !== "*" && field !== "?"
}
