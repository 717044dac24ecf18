import type {
  DrainerSnapshot,
  ErrorGroup,
  KeySnapshot,
  ListedBatch,
  NameSummary,
  OpenWait,
  Sluice,
} from "@sluice/core"
import type { Options } from "./options.ts"
import { type Cell, table } from "./output/table.ts"
import { printJson, styled, styleOfState } from "./output/terminal.ts"
import { fromNow, shortDuration } from "./output/times.ts"
import { pauseCell } from "./pauses.ts"
import { withSluice } from "./with-sluice.ts"

/** How one kind of things is listed. */
interface Listing<Item, Page> {
  readonly read: (sluice: Sluice, options: Options) => Promise<Page>
  readonly itemsOf: (page: Page) => readonly Item[]
  readonly none: string
  readonly headings: readonly string[]
  readonly row: (item: Item) => Cell[]
}

/** A command that prints what core returns: as JSON unchanged, or the items as a table. */
function listing<Item, Page extends object>({ read, itemsOf, none, headings, row }: Listing<Item, Page>) {
  return async (options: Options): Promise<number> => {
    const page = await withSluice(options, (sluice) => read(sluice, options))
    const items = itemsOf(page)
    if (options.json) printJson(page)
    else if (items.length === 0) console.log(none)
    else {
      console.log(table(headings, items.map(row)))
      if ("next" in page && page.next !== undefined)
        console.log(styled(`There may be more: --after ${page.next}`, "dim"))
    }
    return 0
  }
}

/** What core takes of a page: at most 1,000 items. */
function pageOf({ limit, after }: Options) {
  return { limit: Math.min(limit, 1_000), ...(after !== undefined && { after }) }
}

/** Prints the batches, the newest first. */
export const listBatches = listing({
  read: (sluice, options) => sluice.listBatches(pageOf(options)),
  itemsOf: ({ batches }) => batches,
  none: "There is no batch.",
  headings: ["id", "workflow", "state", "jobs", "pending", "discarded", "created"],
  row: ({ id, workflow, state, total, pending, discarded, createdAt }: ListedBatch) => [
    id,
    workflow ?? "",
    [state, styleOfState(state)],
    total,
    pending,
    discarded,
    fromNow(createdAt),
  ],
})

/** Prints what jobs wait for. */
export const listWaits = listing({
  read: (sluice, options) => sluice.listWaits(pageOf(options)),
  itemsOf: ({ waits }) => waits,
  none: "No job waits for a token, an event or a batch.",
  headings: ["kind", "key", "job", "name", "since", "until"],
  row: ({ kind, key, event, jobId, jobName, since, until }: OpenWait) => [
    kind,
    event ?? key,
    jobId,
    jobName,
    fromNow(since),
    until === null ? "" : fromNow(until),
  ],
})

/** Prints the drainers that are alive. */
export const listDrainers = listing({
  read: (sluice, options) => sluice.listDrainers(pageOf(options)),
  itemsOf: ({ drainers }) => drainers,
  none: "No drainer is alive.",
  headings: ["id", "label", "state", "slot", "holds", "started", "serves"],
  row: ({ id, label, state, slot, slots, held, startedAt, queues, except }: DrainerSnapshot) => [
    `${id}`,
    label,
    state,
    slots === null ? `${slot}` : `${slot} of ${slots}`,
    held,
    fromNow(startedAt),
    queues ? queues.join(", ") : except ? `all but ${except.join(", ")}` : "all queues",
  ],
})

/** Prints the failures of the last day, in groups. */
export const listErrors = listing({
  read: (sluice, { limit, name }) =>
    sluice.listErrors({ limit: Math.min(limit, 500), ...(name !== undefined && { name }) }),
  itemsOf: ({ groups }) => groups,
  none: "Nothing has failed in the last day.",
  headings: ["failures", "discarded", "last", "job", "error", "where"],
  row: ({ failures, isCapped, discarded, lastAt, names, class: name, message, place }: ErrorGroup) => [
    isCapped ? `${failures}+` : failures,
    discarded,
    fromNow(lastAt),
    names.map((one) => one.name).join(", "),
    `${name}: ${message}`,
    place ?? "",
  ],
})

/** Prints what the jobs of each name came to in the last hour. */
export const listNames = listing({
  read: async (sluice) => ({ names: await sluice.listNames() }),
  itemsOf: ({ names }) => names,
  none: "No job was performed in the last hour.",
  headings: ["name", "executions", "failed", "p50", "p95", "waits p95", "last"],
  row: ({ name, executions, failureRate, runMs, waitMs, lastAt }: NameSummary) => [
    name,
    executions,
    failureRate === null ? "" : `${Math.round(failureRate * 1_000) / 10}%`,
    durationOf(runMs.p50),
    durationOf(runMs.p95),
    durationOf(waitMs.p95),
    fromNow(lastAt),
  ],
})

/** Prints the concurrency keys with what runs and waits. */
export const listKeys = listing({
  read: async (sluice, options) => ({ keys: await sluice.listKeys(pageOf(options)) }),
  itemsOf: ({ keys }) => keys,
  none: "No job has a concurrency key.",
  headings: ["key", "running", "allowed", "waiting", "unfinished", "paused"],
  row: ({
    key,
    running,
    allowed,
    limit: asked,
    override,
    waiting,
    unfinished,
    paused,
    pausedUntil,
  }: KeySnapshot) => {
    const limit = override ?? asked
    return [
      key,
      running,
      limit === null || allowed === limit ? `${limit ?? ""}` : `${allowed} of ${limit}`,
      waiting,
      unfinished,
      pauseCell(paused, pausedUntil),
    ]
  },
})

function durationOf(ms: number | null): string {
  return ms === null ? "" : shortDuration(ms)
}
