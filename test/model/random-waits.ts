import { type Drainer, type Part, type RandomContext, STEP_HOURS, violated } from "./random-part.ts"

export const TOKENS = 3
/** Short waits time out after two steps of time, and long ones not before the list ends. */
const TIMEOUT_HOURS = { short: 5, long: 10_000 }

export type WaitAction =
  | { readonly do: "openWait"; readonly session: number; readonly token: number }
  | {
      readonly do: "await"
      readonly session: number
      readonly token: number
      readonly timeout: "short" | "long"
    }
  | { readonly do: "complete"; readonly token: number; readonly value: number; readonly early: boolean }

interface Token {
  state: "open" | "completed" | "timed_out"
  value?: number
  /** The unfinished jobs that have opened it or wait for it. */
  readonly jobs: Set<string>
}

/** Jobs that open tokens, wait for them, and are put back; tokens that are completed or time out. */
export function createWaits({
  database,
  drainers,
  hour,
}: RandomContext): Part & { act(action: WaitAction): Promise<void> } {
  const tokens = new Map<string, Token>()
  /** By job and token: what the job was told, as JSON, and the hour of its timeout. */
  const told = new Map<string, string>()
  const untilHours = new Map<string, number>()

  return {
    tables: ["waits", "waiting_jobs", "progress"],
    begin() {
      tokens.clear()
      told.clear()
      untilHours.clear()
    },
    async act(action) {
      const name = `token-${action.token}`
      if (action.do === "complete") return complete(name, action.value, action.early)
      const drainer = drainers[action.session] as Drainer
      const job = drainer.held[0]
      if (!job || job.waitMs !== undefined || told.has(`${job.id} ${name}`)) return
      if (action.do === "openWait") return open(drainer, job.id, name)
      const waitMs = await awaitToken(drainer, job.id, name, TIMEOUT_HOURS[action.timeout])
      if (waitMs !== undefined) drainer.held[0] = { ...job, waitMs }
    },
    check,
    async passTime() {
      await database.pool.query(
        "update sluice.progress set until_at = until_at - $1 * interval '1 hour' where until_at is not null",
        [STEP_HOURS],
      )
    },
    async stop() {
      for (const [name, { state }] of tokens) if (state === "open") await complete(name, 0, false)
    },
    async checkEnd() {
      const left = await database.rows("select token, state from sluice.waits where state = 'open'")
      if (left.length > 0) violated("tokens", `${JSON.stringify(left)} are open, and no job is left`)
    },
  }

  async function complete(name: string, value: number, early: boolean): Promise<void> {
    const token = tokens.get(name)
    const expected = token
      ? { open: "completed", completed: "already_completed", timed_out: "timed_out" }[token.state]
      : early
        ? "completed"
        : "unknown"
    const [{ outcome }] = await database.rows("select outcome from sluice.complete_wait($1, $2, $3)", [
      name,
      String(value),
      early,
    ])
    if (outcome !== expected)
      violated("tokens", `${name} is ${token?.state ?? "unknown"}, and completing it says ${outcome}`)
    if (outcome === "completed")
      tokens.set(name, { jobs: token?.jobs ?? new Set(), state: "completed", value })
  }

  async function open({ session }: Drainer, id: string, name: string): Promise<void> {
    const fence = drainers.flatMap(({ held }) => held).find((held) => held.id === id)?.fence
    await session.connection.query("select sluice.open_wait(pg_backend_pid(), $1, $2, $3)", [id, fence, name])
    tokenOf(name).jobs.add(id)
  }

  /** Returns for how long the job is to be put back. */
  async function awaitToken(
    { session, held }: Drainer,
    id: string,
    name: string,
    timeoutHours: number,
  ): Promise<number | undefined> {
    const values = [id, held[0]?.fence, name, timeoutHours * 3_600_000]
    const { rows } = await session.connection.query(
      "select * from sluice.await_token(pg_backend_pid(), $1, $2, $3, $4)",
      values,
    )
    const { is_ours, ended, remaining_ms } = rows[0]
    if (!is_ours) violated("fence", `job ${id} can't wait, though its session holds it`)
    const token = tokenOf(name)
    const pair = `${id} ${name}`
    const untilHour = untilHours.get(pair) ?? hour() + timeoutHours
    untilHours.set(pair, untilHour)
    const expected =
      token.state === "completed" ? { value: token.value } : hour() >= untilHour ? { timedOut: true } : null
    if (JSON.stringify(ended === null ? null : JSON.parse(ended)) !== JSON.stringify(expected))
      violated("tokens", `job ${id} is told ${ended} of ${name}, instead of ${JSON.stringify(expected)}`)
    if (expected) {
      told.set(pair, ended)
      token.jobs.delete(id)
      if (token.state === "open" && token.jobs.size === 0) token.state = "timed_out"
      return undefined
    }
    token.state = "open"
    token.jobs.add(id)
    return remaining_ms
  }

  function tokenOf(name: string): Token {
    const token = tokens.get(name) ?? { state: "open", jobs: new Set() }
    tokens.set(name, token)
    return token
  }

  async function check(): Promise<void> {
    const unfinished = new Set((await database.rows("select id::text from sluice.jobs")).map(({ id }) => id))
    forgetEnded(unfinished)
    const found = await database.rows("select token, state, value from sluice.waits order by token")
    const stored = found.map(({ token, state, value }) => `${token} ${state} ${value}`)
    const expected = [...tokens]
      .map(([name, { state, value }]) => `${name} ${state} ${value ?? null}`)
      .toSorted()
    if (stored.join() !== expected.join())
      violated("tokens", `${stored.join()} instead of ${expected.join()}`)
    const forgotten = await database.rows(
      `select j.id::text, w.token from sluice.waiting_jobs g join sluice.waits w using (token) join sluice.jobs j on j.id = g.job_id
       where g.is_waiting and w.state = 'completed' and j.state = 'scheduled' and j.run_at > now()`,
    )
    for (const { id, token } of forgotten)
      violated("waits end", `job ${id} waits for ${token}, which is completed`)
    const lost = await database.rows(
      "select job_id::text as id, name, value from sluice.progress where kind = 'wait'",
    )
    for (const [pair, ended] of told)
      if (
        !lost.some(
          ({ id, name, value }) =>
            `${id} ${name}` === pair && JSON.stringify(value) === JSON.stringify(JSON.parse(ended)),
        )
      )
        violated("waits end", `what job and token ${pair} were told is not kept`)
  }

  /** The end of a job closes its tokens. */
  function forgetEnded(unfinished: ReadonlySet<string>): void {
    for (const [name, token] of tokens) {
      for (const id of token.jobs) if (!unfinished.has(id)) token.jobs.delete(id)
      if (token.state === "open" && token.jobs.size === 0) tokens.delete(name)
    }
    for (const map of [told, untilHours])
      for (const pair of map.keys()) if (!unfinished.has(pair.split(" ")[0] as string)) map.delete(pair)
  }
}
