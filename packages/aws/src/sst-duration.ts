import type { Duration } from "@sluice/core"
import { refuse } from "@sluice/core/checks"

/**
 * Converts a timeout as `sst.aws.Function` takes it (`"15 minutes"`) to a duration as Sluice takes it (`"15m"`). Returns
 * other text unchanged: whoever takes the duration checks it.
 */
export function sstDuration(text: string): Duration & string {
  if (typeof text !== "string") refuse("invalid_duration", text, ["sstDuration"], 'text such as "15 minutes"')
  return text.replace(/^(\d+) (second|minute)s?$/, (_, count, unit) => `${count}${unit[0]}`) as Duration &
    string
}
