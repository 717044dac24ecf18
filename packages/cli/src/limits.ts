import type { Sluice, WaitingLimit, WaitingLimits } from "@sluice/core"
import { UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"
import { type Cell, table } from "./output/table.ts"
import { counted, printJson } from "./output/terminal.ts"
import { withSluice } from "./with-sluice.ts"

type Run = (options: Options, words: readonly string[]) => Promise<number>

/** Prints how many unfinished jobs queues and concurrency keys may have. */
export async function listLimits(options: Options): Promise<number> {
  const limits = await withSluice(options, (sluice) => sluice.listLimits())
  if (options.json) printJson({ limits })
  else if (limits.length === 0) console.log("No queue and no key has a waiting limit.")
  else console.log(table(["kind", "limited", "waiting"], limits.map(row)))
  return 0
}

function row({ kind, target, waiting }: WaitingLimit): Cell[] {
  return [kind, target, waiting]
}

export const limitQueue = limiting("queue", (sluice, ...given) => sluice.limitQueue(...given))
export const limitKey = limiting("key", (sluice, ...given) => sluice.limitKey(...given))

function limiting(
  kind: "queue" | "key",
  limit: (sluice: Sluice, target: string, limits: WaitingLimits) => Promise<void>,
): Run {
  return async (options, words) => {
    const [target] = words as [string]
    if (options.waiting === undefined) throw new UsageError("How many? Give --waiting <n>, or --waiting none")
    const waiting = options.waiting === "none" ? null : options.waiting
    await withSluice(options, (sluice) => limit(sluice, target, waiting === null ? {} : { waiting }))
    if (options.json) printJson({ kind, target, waiting })
    else if (waiting === null) console.log(`The ${kind} ${target} may have any number of unfinished jobs.`)
    else console.log(`The ${kind} ${target} may have ${counted(waiting, "unfinished job")}.`)
    return 0
  }
}
