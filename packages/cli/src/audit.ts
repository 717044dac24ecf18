import type { RecordedAction } from "@sluice/core"
import type { Options } from "./options.ts"
import { type Cell, table } from "./output/table.ts"
import { printJson, styled } from "./output/terminal.ts"
import { fromNow } from "./output/times.ts"
import { withSluice } from "./with-sluice.ts"

/** Prints who has done what, the latest first. */
export async function listActions(options: Options): Promise<number> {
  const { actor, action, via, limit, after } = options
  const page = await withSluice(options, (sluice) =>
    sluice.listActions({
      limit: Math.min(limit, 1_000),
      ...(actor !== undefined && { actor }),
      ...(action !== undefined && { action }),
      ...(via !== undefined && { via }),
      ...(after !== undefined && { after }),
    }),
  )
  if (options.json) printJson(page)
  else if (page.actions.length === 0) console.log("Nothing was recorded.")
  else {
    console.log(table(["when", "who", "via", "action", "of", "changed", ""], page.actions.map(row)))
    if (page.next !== undefined) console.log(styled(`There are more: --after ${page.next}`, "dim"))
  }
  return 0
}

function row({ at, actor, via, action, target, matched, changed, outcome, detail }: RecordedAction): Cell[] {
  const count = matched === null ? "" : `${changed} of ${matched}`
  return [fromNow(at), actor.name, via, action, wordsOf(target), count, outcomeCell(outcome, detail)]
}

/** A target that is one thing is told as that. */
function wordsOf(target: RecordedAction["target"]): string {
  const [only, ...others] = Object.values(target)
  return others.length === 0 && typeof only === "string" ? only : JSON.stringify(target)
}

function outcomeCell(outcome: RecordedAction["outcome"], detail: RecordedAction["detail"]): Cell {
  if (outcome === "done") return ""
  if (outcome === null) return ["not ended", "yellow"]
  return [`failed: ${detail?.message ?? ""}`, "red"]
}
