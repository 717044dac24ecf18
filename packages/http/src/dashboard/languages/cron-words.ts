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
  return cronstrue.toString(cron, { locale: language, use24HourTimeFormat: true, verbose }).trim()
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
