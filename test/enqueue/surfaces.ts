import { createSluice, type InvalidInputError } from "@sluice/core"
import { createApp } from "@sluice/http"
import { expect } from "vitest"
import type { TestDatabase } from "../support/database.ts"
import type { Case } from "./cases.ts"

/** What becomes of a job: the path to what it is refused for and the message, or the row that is stored. */
export type Verdict =
  | { readonly refused: string; readonly says?: string }
  | { readonly [column: string]: unknown }

/** Of one case, in each way in which a job comes. */
export type Verdicts = Readonly<Record<"typeScript" | "http" | "sql", Verdict>>

type Decision = { readonly refused: string; readonly says?: string } | { readonly id: string }

/**
 * Enqueues each case in all ways, and leaves nothing behind. A way has a job name of its own, so that keys are free in
 * each of them. All of it is one transaction, because it is quicker so.
 */
export async function enqueueEverywhere(database: TestDatabase, cases: readonly Case[]): Promise<Verdicts[]> {
  const client = await database.connect()
  await client.query("begin isolation level read committed")
  const sluice = createSluice({ database: client })
  const quiet = () => {}
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const app = createApp({ sluice, apiKey: "key", log })

  const typeScript = await Promise.all(cases.map((each) => overTypeScript(each)))
  const http = await Promise.all(cases.map((each) => overHttp(each)))
  const sql = await fromSql(cases)
  const rows = await storedRows()
  await client.query("rollback")
  await client.end()
  const verdict = (each: Case, decision: Decision | undefined): Verdict => {
    if (!decision || "refused" in decision) return decision ?? {}
    // of a job with a time of its own that counts, of any other how long it waits
    const { runAtMs, delayMs, ...row } = (rows.get(decision.id) ?? {}) as Record<string, unknown>
    return /"runAt"/.test(each.options ?? "") ? { ...row, runAtMs } : { ...row, delayMs }
  }
  return cases.map((each, index) => ({
    typeScript: verdict(each, typeScript[index]),
    http: verdict(each, http[index]),
    sql: verdict(each, sql[index]),
  }))

  async function overTypeScript({
    name = "typescript",
    payload = "{}",
    options = "{}",
  }: Case): Promise<Decision> {
    const job = { name, payload: JSON.parse(payload), options: JSON.parse(options) }
    return sluice.enqueueMany([job]).then(
      ([stored]) => ({ id: stored?.id ?? "" }),
      (error: InvalidInputError) => ({ refused: error.path.join("."), says: error.message }),
    )
  }

  async function overHttp({ name = "http", payload = "{}", options = "{}" }: Case): Promise<Decision> {
    const answer = await app.request("/v1/jobs", {
      method: "POST",
      headers: { authorization: "Bearer key", "content-type": "application/json" },
      body: `{"name":${JSON.stringify(name)},"payload":${payload},"options":${options}}`,
    })
    const body = (await answer.json()) as { id: string; errors: { pointer: string; message: string }[] }
    if (answer.status === 201) return { id: body.id }
    expect([413, 422]).toContain(answer.status)
    const [{ pointer, message } = { pointer: "", message: "" }] = body.errors
    return { refused: pointer.slice(1).replaceAll("/", "."), says: message }
  }

  async function fromSql(all: readonly Case[]): Promise<Decision[]> {
    await client.query(`
      create function pg_temp.enqueued(name text, payload text, options text) returns text language plpgsql as $$
      begin
        return sluice.enqueue(name, payload::jsonb, options::jsonb);
      exception
        when sqlstate 'SL000' then return sqlerrm;
        when untranslatable_character or invalid_text_representation then return 'not jsonb';
      end $$`)
    const column = (of: (each: Case) => string) => all.map(of)
    const { rows } = await client.query(
      `select pg_temp.enqueued(name, payload, options) as answer
       from unnest($1::text[], $2::text[], $3::text[]) with ordinality as t (name, payload, options, place) order by place`,
      [
        column(({ name = "sql" }) => name),
        column(({ payload = "{}" }) => payload),
        column(({ options = "{}" }) => options),
      ],
    )
    return rows.map(({ answer }, index) => {
      if (/^\d+$/.test(answer)) return { id: answer }
      // text that jsonb has no place for fails before our function is called, with Postgres' own word
      if (answer === "not jsonb") return { refused: all[index]?.refused ?? "" }
      return { refused: /^Job name/.test(answer) ? "name" : answer.split(/ is | has /)[0], says: answer }
    })
  }

  async function storedRows(): Promise<Map<string, Verdict>> {
    const { rows } = await client.query(
      `select j.id::text, coalesce(j.payload, p.payload) as payload, queue, priority, max_attempts, timeout_ms, unique_key, waiting_key, concurrency_key,
         concurrency_limit, holds_key, replace(rate_key, 'name:' || name, 'name') as rate_key, to_json(rate) as rate, tags, metadata, state,
         (extract(epoch from run_at) * 1000)::float8 as "runAtMs",
         (extract(epoch from run_at - enqueued_at) * 1000)::float8 as "delayMs",
         (extract(epoch from expires_at - run_at) * 1000)::float8 as "expiresMs"
       from sluice.jobs j left join sluice.payloads p on p.day = j.payload_day and p.job_id = j.id`,
    )
    return new Map(rows.map(({ id, ...row }) => [id, row]))
  }
}
