import { readPayload } from "./enqueue.ts"
import type { Options } from "./options.ts"
import { counted, printJson } from "./output/terminal.ts"
import { withSluice } from "./with-sluice.ts"

/** Emits an event, and says which jobs that enqueued and resumed. */
export async function emitEvent(options: Options, words: readonly string[]): Promise<number> {
  const [name, payloadText] = words as [string, string?]
  const { idempotencyKey } = options
  const payload = payloadText === undefined ? {} : await readPayload(payloadText)
  const { jobs, resumed } = await withSluice(options, (sluice) =>
    sluice.emit(name, payload, idempotencyKey === undefined ? {} : { idempotencyKey }),
  )
  if (options.json) printJson({ jobs, resumed })
  else {
    const ids = jobs.length > 0 ? `: ${jobs.join(", ")}` : ""
    console.log(`${counted(jobs.length, "job")} enqueued${ids}.`)
    console.log(`${counted(resumed, "waiting job")} resumed.`)
  }
  return 0
}
