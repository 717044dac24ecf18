import { UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"
import { counted, printJson } from "./output/terminal.ts"
import { withSluice } from "./with-sluice.ts"

/** Sets, for a key, how many of its jobs may run at once, or start within a time, whatever they ask for. */
export async function overrideKey(options: Options, words: readonly string[]): Promise<number> {
  const [key] = words as [string]
  const { running, rate } = options
  if (running === undefined && rate === undefined)
    throw new UsageError(
      "What holds for it? Give --running <n> or --rate <n>/<duration>, or none to remove it",
    )
  await withSluice(options, async (sluice) => {
    if (running !== undefined) await sluice.overrideLimit(key, running === "none" ? {} : { limit: running })
    if (rate !== undefined) await sluice.overrideRate(key, rate === "none" ? {} : rate)
  })
  if (options.json)
    printJson({
      key,
      ...(running !== undefined && { limit: running === "none" ? null : running }),
      ...(rate !== undefined && { rate: rate === "none" ? null : rate }),
    })
  if (options.json) return 0
  if (running === "none") console.log(`As many jobs of ${key} run at once as they ask for.`)
  else if (running !== undefined)
    console.log(`${counted(running, "job")} of ${key} may run at once, whatever they ask for.`)
  if (rate === "none") console.log(`Jobs of ${key} start as often as they ask for.`)
  else if (rate !== undefined)
    console.log(`${counted(rate.limit, "job")} of ${key} may start in ${rate.per}, whatever they ask for.`)
  return 0
}
