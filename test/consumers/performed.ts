import { createSluice } from "@sluice/core"
import { expect } from "vitest"
import type { TestDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

/** What the jobs of the fixtures come to, whoever enqueues and performs them. */
export const PERFORMED = {
  welcome: {
    state: "succeeded",
    queue: "mail",
    attempts: 1,
    result: { sent: "ada@example.org" },
    errors: [],
  },
  receipt: { state: "succeeded", queue: "default", attempts: 2, result: { order: 7 }, errors: ["SmtpBusy"] },
  newsletter: { state: "discarded", queue: "default", attempts: 1, result: null, errors: ["Discard"] },
  reminder: { state: "succeeded", queue: "default", attempts: 1, result: { reminded: true }, errors: [] },
  importUsers: {
    state: "succeeded",
    queue: "default",
    attempts: 2,
    result: { downloadedIn: 1, importedIn: 2 },
    errors: ["Error"],
  },
  render: { state: "discarded", queue: "default", attempts: 1, result: null, errors: ["TimeoutError"] },
}

/** Starting a process of Node, and of npx before it, takes seconds on a busy machine. */
const PATIENCE_MS = 60_000

/** What `enqueue` throws for a payload that the schema refuses. */
export const REFUSAL = { name: "InvalidPayloadError", code: "invalid_payload" }

/** What a fixture's enqueue command prints. */
export interface Enqueued {
  readonly enqueued: Readonly<Record<string, { readonly id: string; readonly status: string }>>
  readonly refusal: unknown
}

export async function outcomes(database: TestDatabase, { enqueued }: Pick<Enqueued, "enqueued">) {
  const { getJob } = createSluice({ database: database.pool })
  const jobs = Object.entries(enqueued).map(async ([key, { id }]) => {
    const job = await eventually(async () => {
      const found = await getJob(id)
      expect(found?.finishedAt, `${key} has finished`).toBeInstanceOf(Date)
      return found
    }, PATIENCE_MS)
    if (!job) throw new Error(`${key} is gone`)
    const { state, queue, attempts, result, errors } = job
    return [key, { state, queue, attempts, result, errors: errors.map((error) => error.class) }]
  })
  return Object.fromEntries(await Promise.all(jobs))
}
