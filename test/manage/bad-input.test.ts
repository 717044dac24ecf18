import { createSluice, type JobFilter } from "@sluice/core"
import { createApp } from "@sluice/http"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// What the verbs refuse, in TypeScript, over HTTP and from SQL. For what a job may be stored or changed as, see
// enqueue/surfaces.test.ts and surfaces.test.ts.
interface Case {
  /** What the message begins with: option and value. SQL has parameters in their place. */
  readonly says: string
  readonly inTypeScript: () => Promise<unknown>
  readonly http?: readonly [method: string, path: string, body?: unknown]
  /** Of a parameter of the path, which has a name of its own. */
  readonly httpSays?: string
  readonly sql?: readonly [call: string, says: string]
}

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const quiet = () => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const app = createApp({ sluice, apiKey: "key", log })

const pauses = (options: object, says: string, sql?: Case["sql"]): Case[] =>
  (
    [
      ["queue", sluice.pauseQueue],
      ["name", sluice.pauseName],
      ["key", sluice.pauseKey],
    ] as const
  ).map(([kind, pause]) => ({
    says,
    inTypeScript: () => pause("mail", options),
    http: ["POST", `/v1/${kind}s/mail/pause`, options],
    ...(sql && { sql: [`pause_${kind}('mail', ${sql[0]})`, sql[1]] }),
  }))

const targets = (kind: "queue" | "name" | "key", target: string, path: string): Case[] => {
  const says = `${kind} is ${JSON.stringify(target).slice(0, 50)}`
  const verbs = {
    queue: [sluice.pauseQueue, sluice.resumeQueue],
    name: [sluice.pauseName, sluice.resumeName],
    key: [sluice.pauseKey, sluice.resumeKey],
  }[kind]
  return verbs.map((verb, place) => ({
    says,
    inTypeScript: () => verb(target),
    ...(path !== "" && { http: ["POST", `/v1/${kind}s/${path}/${["pause", "resume"][place]}`] }),
    httpSays: says.replace(kind, "name"),
    ...(place === 0 && { sql: [`pause_${kind}('${target}')`, `p_${says}`] }),
  }))
}

const limits = (waiting: unknown, sql?: string): Case[] =>
  (
    [
      ["queue", sluice.limitQueue],
      ["key", sluice.limitKey],
    ] as const
  ).map(([kind, limit]) => ({
    says: `waiting is ${JSON.stringify(waiting)}`,
    inTypeScript: () => limit("mail", { waiting: waiting as number }),
    http: ["PUT", `/v1/${kind}s/mail/limits`, { waiting }],
    ...(sql && { sql: [`limit_${kind}('mail', ${sql})`, `p_waiting is ${sql}`] }),
  }))

const filters = (filter: unknown, says: string): Case => ({
  says,
  inTypeScript: () => sluice.cancelJobs(filter as JobFilter),
  http: ["POST", "/v1/jobs/actions", { action: "cancel", filter }],
})

const cases: Case[] = [
  ...pauses({ until: "tomorrow" }, 'until is "tomorrow"'),
  ...pauses({ for: "soon" }, 'for is "soon"'),
  ...pauses({ for: -1 }, "for is -1", ["p_for_ms => -1", "p_for_ms is -1"]),
  ...pauses({ until: "2040-01-01T00:00:00Z", for: "1h" }, 'for is "1h"', [
    "p_until => '2040-01-01', p_for_ms => 60000",
    "p_for_ms is 60000",
  ]),
  ...pauses({ until: null }, "until is null", ["p_until => 'infinity'", "p_until is infinity"]),
  ...pauses({ untill: "2040-01-01T00:00:00Z" }, "untill"),
  ...targets("queue", "a b", "a%20b"),
  ...targets("name", "größe", "gr%C3%B6%C3%9Fe"),
  ...targets("key", "", ""),
  ...targets("key", "k".repeat(513), "k".repeat(513)),
  ...limits(0, "0"),
  ...limits(1_000_001, "1000001"),
  ...limits(1.5),
  ...limits("3"),
  filters({}, "filter is {}"),
  filters({ nmae: "a" }, "nmae"),
  filters({ name: "a b" }, 'filter.name is "a b"'),
  filters({ queue: 5 }, "filter.queue is 5"),
  filters({ state: "done" }, 'filter.state is "done"'),
  filters({ ids: "1" }, 'filter.ids is "1"'),
  filters({ ids: ["1", "x"] }, 'filter.ids.1 is "x"'),
  filters({ tag: "" }, 'filter.tag is ""'),
  filters({ metadata: [] }, "filter.metadata is []"),
  filters({ metadata: {} }, "filter.metadata is {}"),
  filters({ uniqueKey: 5 }, "filter.uniqueKey is 5"),
  filters({ enqueuedBefore: "yesterday" }, 'filter.enqueuedBefore is "yesterday"'),
  {
    says: "retriedBy is 5",
    inTypeScript: () => sluice.retryJobs({ name: "any" }, { retriedBy: 5 as never }),
    http: ["POST", "/v1/jobs/actions", { action: "retry", filter: { name: "any" }, retriedBy: 5 }],
    sql: ["retry_jobs('{1}', '')", "retriedBy is ''"],
  },
  {
    says: 'dryRun is "yes"',
    inTypeScript: () => sluice.cancelJobs({ name: "any" }, { dryRun: "yes" as never }),
    http: ["POST", "/v1/jobs/actions", { action: "cancel", filter: { name: "any" }, dryRun: "yes" }],
  },
  {
    says: 'after is "1-2-3"',
    inTypeScript: () => sluice.cancelJobs({ name: "any" }, { after: "1-2-3" }),
    http: ["POST", "/v1/jobs/actions", { action: "cancel", filter: { name: "any" }, after: "1-2-3" }],
  },
  {
    says: 'within is "soon"',
    inTypeScript: () => sluice.cancelJobs({ name: "any" }, { within: "soon" as never }),
  },
  {
    says: "limit is 0",
    inTypeScript: () => sluice.listJobs({}, { limit: 0 }),
    http: ["GET", "/v1/jobs?limit=0"],
  },
  {
    says: 'state is "asleep"',
    inTypeScript: () => sluice.listJobs({ state: "asleep" as never }),
    http: ["GET", "/v1/jobs?state=asleep"],
  },
]

test.each(cases.map((each, place) => [each.says, place, each] as const))(
  "%s is refused everywhere, and what to give is said (%i)",
  async (says, _place, { inTypeScript, http, httpSays = says, sql }) => {
    const error = await inTypeScript().then(
      () => expect.unreachable("was taken"),
      (error: Error) => error,
    )
    expect(error).toMatchObject({
      name: "InvalidInputError",
      code: expect.stringMatching(/^(invalid|unknown)_/),
    })
    expect(error.message).toContain(says)
    expect(error.message).toMatch(/: (give|did you mean|known options are) /)
    if (http) {
      const [method, path, body] = http
      const headers = { authorization: "Bearer key", "content-type": "application/json" }
      const response = await app.request(path, { method, headers, body: body ? JSON.stringify(body) : null })
      const problem = (await response.json()) as { detail: string }
      expect({ status: response.status, ...problem }).toMatchObject({
        status: 422,
        detail: expect.stringContaining(httpSays),
      })
    }
    if (sql) {
      const [call, saysSql] = sql
      const refusal = { code: "SL000", message: expect.stringContaining(saysSql) }
      await expect(database.rows(`select sluice.${call}`)).rejects.toMatchObject(refusal)
    }
  },
)

afterAll(async () => {
  const stored = "select kind from sluice.pauses union all select kind from sluice.waiting_limits"
  expect(await database.rows(stored), "nothing is stored").toEqual([])
})
