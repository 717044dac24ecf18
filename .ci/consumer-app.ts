// What an app does with types of several packages at once. `npm run check:consumer` compiles it against the built packages.
import { createConnect, createDrainHandler, createPerformHandler, createPool, lambda } from "@sluice/aws"
import { createSluice, type Duration, defineJob, type Executor, start } from "@sluice/core"
import { type Answer, type ExecutionEvent, executionEvent, resultOf } from "@sluice/core/executor"
import { migrate } from "@sluice/core/migrate"
import { openTelemetry } from "@sluice/core/opentelemetry"
import { thread } from "@sluice/core/thread"
import { createApp, http } from "@sluice/http"

const delay: Duration = "5m"
const key = "whsec_"

const own: Executor = {
  async perform(payload, context) {
    const event: ExecutionEvent = executionEvent(payload, context)
    const answer: Answer = await perform(event)
    return resultOf(answer, "here", context.log)
  },
}
const jobs = [
  defineJob({ name: "inline", perform: ({ to }: { to: string }) => ({ to, at: new Date() }) }),
  defineJob({ name: "threaded", executor: thread(import.meta.url), perform: () => 1 }),
  defineJob({ name: "lambda", executor: lambda({ functionArn: "arn" }) }),
  defineJob({ name: "http", executor: http({ url: "https://example.com", key }) }),
  defineJob({ name: "own", executor: own }),
]
const perform: (event: ExecutionEvent) => Promise<Answer> = createPerformHandler({ jobs })
const url = "postgres://localhost/app"
const pool = createPool(url)
const connect = createConnect(url)
export const sluice = createSluice({ database: pool, jobs, instrumentation: openTelemetry() })

export const app = createApp({ sluice, apiKey: "key" })
export const drainHandler = createDrainHandler({ sluice, connect })
export const run = async () => {
  await migrate(url)
  await sluice.enqueue("inline", { to: "ann" }, { delay })
  // @ts-expect-error
  await sluice.enqueue("inline", { too: 1 })
  const at: string | undefined = (await jobs[0]?.getJob("1"))?.state
  return [at, start(sluice, { connect }).health().state]
}
