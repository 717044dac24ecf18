/**
 * Converts a timeout as `sst.aws.Function` takes it (`"15 minutes"`) to a duration as Sluice takes it (`"15m"`). Returns
 * other text unchanged.
 */
export function sstDuration(text: string): string {
  return text.replace(/^(\d+) (second|minute)s?$/, (_, count, unit) => `${count}${unit[0]}`)
}
