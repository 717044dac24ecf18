import type { QueueSnapshot } from "@sluice/core"
import type { Options } from "./options.ts"
import { type Cell, table } from "./output/table.ts"
import { printJson } from "./output/terminal.ts"
import { shortDuration } from "./output/times.ts"
import { pauseCell } from "./pauses.ts"
import { withSluice } from "./with-sluice.ts"

/** Prints the queues with what they hold. */
export async function listQueues(options: Options): Promise<number> {
  const queues = await withSluice(options, (sluice) => sluice.listQueues())
  if (options.json) printJson({ queues })
  else if (queues.length === 0) console.log("No queue has jobs, a pause or a limit.")
  else
    console.log(
      table(["queue", "ready", "scheduled", "blocked", "running", "oldest", "paused"], queues.map(row)),
    )
  return 0
}

function row({ name, ready, scheduled, blocked, running, oldestReadyAt, ...queue }: QueueSnapshot): Cell[] {
  const told = (count: number) => (queue.isEstimate && count > 0 ? `~${count}` : count)
  const oldest = oldestReadyAt ? shortDuration(Math.max(0, Date.now() - oldestReadyAt.getTime())) : ""
  const counts = [told(ready), told(scheduled), told(blocked), running]
  return [name, ...counts, oldest, pauseCell(queue.paused, queue.pausedUntil)]
}
