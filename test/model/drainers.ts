import { type Connection, SCHEMA_VERSION } from "@sluice/core"
import { expect } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { type Actor, type Exploration, explore, type Model, type Step } from "./explorer.ts"
import { armPauses, createPauses, type Edit, editFunctions } from "./pauses.ts"

/** Deeper runs, for minutes or hours: `SLUICE_MODEL_PREEMPTIONS=1`, 2 or more. */
const DEEP = process.env.SLUICE_MODEL_PREEMPTIONS
const PREEMPTIONS = Number(DEEP ?? 1)

/** Where the engine's statements are taken apart. */
const PAUSES: readonly Edit[] = [
  {
    function: "lock_ready",
    from: "pg_try_advisory_lock(job_lock(c.id))",
    to: "pg_try_advisory_lock(pause_before('has its snapshot, not the lock', job_lock(c.id)))",
  },
  pauseBefore("claim", "  v_found := second_look", "has the lock, and has not looked again"),
  pauseBefore("claim", "  return next;", "has claimed, not committed"),
  pauseBefore("reap", "  return next;\nend", "has reaped, not committed"),
  pauseBefore("settle_succeeded", "  if v_concerned is not null or", "has settled, not committed"),
  pauseBefore("close_drainer", "  perform pg_advisory_unlock(lock_space('awake')", "is about to leave"),
  pauseBefore("close_drainer", "  due := is_work_due", "has left, and not looked again"),
]

function pauseBefore(name: string, line: string, label: string): Edit {
  return { function: name, from: line, to: `  perform pause('${label}');\n${line}` }
}

/** A job that a session took to perform. */
interface Performed {
  readonly job: string
  readonly by: DrainerSession
}

/** Sessions of drainers on a database of their own, whose SQL functions may have been spoiled. */
export interface World {
  readonly controller: Connection
  readonly database: TestDatabase
  readonly performed: Performed[]
  /** The session of this number, as a drainer that has just opened. */
  open(number: number, pauses: number): Promise<DrainerSession>
  /** As many as there are numbers of pauses. */
  openAll<Pauses extends number[]>(...pauses: Pauses): Promise<{ [Place in keyof Pauses]: DrainerSession }>
  /** Pauses of a session: fewer in the short form of a run that is not to find anything, and so goes through all orders. */
  pauses(most: number, short: number): number
  /** Starts anew with so many jobs. */
  reset(jobs: number): Promise<void>
  /** Lets another drainer do what is left; each job must then be done, and have been performed by one drainer that lives. */
  checkAllDone(): Promise<void>
  /** The same, and that a job was not performed again before its interrupted execution was recorded. */
  checkAllNoted(): Promise<void>
  end(): Promise<void>
}

/** Explores a model in a world of its own, whose SQL functions are spoiled by these edits. */
export async function exploration(
  model: (world: World) => Model,
  spoiled: readonly Edit[] = [],
): Promise<Exploration> {
  const world = await createWorld(spoiled)
  try {
    return await explore(model(world), world.controller, { preemptions: PREEMPTIONS })
  } finally {
    await world.end()
  }
}

async function createWorld(spoiled: readonly Edit[]): Promise<World> {
  const database = await createDatabase()
  await createPauses(database)
  await editFunctions(database, [...spoiled, ...PAUSES])
  const controller = await database.connect()
  const sessions = new Map<number, DrainerSession>()
  const performed: Performed[] = []

  const world: World = {
    controller,
    database,
    performed,
    async open(number, pauses) {
      let session = sessions.get(number)
      if (!session || session.isDead) session = await connectDrainer(database, performed)
      sessions.set(number, session)
      await session.open()
      if (pauses > 0) await armPauses(session.connection, controller, number, pauses)
      return session
    },
    pauses: (most, short) => (DEEP || spoiled.length > 0 ? most : short),
    async openAll(...pauses) {
      return (await Promise.all(pauses.map((most, place) => world.open(place + 1, most)))) as never
    },
    async reset(jobs) {
      await controller.query("select pg_advisory_unlock_all()")
      await Promise.all([...sessions.values()].map((session) => session.forget()))
      performed.length = 0
      await controller.query(
        `delete from sluice.jobs; delete from sluice.claims; delete from sluice.permits; delete from sluice.finished;
         delete from sluice.failures; delete from sluice.drainers;
         insert into sluice.jobs (name, state) select 'job', 'ready' from generate_series(1, ${jobs})`,
      )
    },
    async checkAllDone() {
      await Promise.all([...sessions.values()].map((session) => session.disarm().then(session.close)))
      const last = await world.open(99, 0)
      for (let quiet = 0; quiet < 2; quiet = last.held.length > 0 || last.sawDead ? 0 : quiet + 1) {
        await last.settle()
        await last.claim(10)
        if (last.sawDead) await last.reap()
        else if (last.held.length === 0) await last.claimSuspects(10)
      }
      await last.close()
      const [{ left }] = await database.rows("select count(*)::int as left from sluice.jobs")
      expect(left, "left undone").toBe(0)
      const finished = await database.rows("select id::text, count(*)::int from sluice.finished group by id")
      for (const { id, count } of finished) {
        expect(count, "finished").toBe(1)
        const alive = performed.filter(({ job, by }) => job === id && !by.isDead)
        expect(alive.length, "performed by live drainers").toBeLessThanOrEqual(1)
      }
    },
    async checkAllNoted() {
      await world.checkAllDone()
      const interrupted = await database.rows("select job_id::text as id from sluice.failures")
      for (const { job } of performed) {
        const times = performed.filter((each) => each.job === job).length
        const noted = interrupted.filter(({ id }) => id === job).length
        expect(times, "performed, having been interrupted so often").toBeLessThanOrEqual(1 + noted)
      }
    },
    async end() {
      for (const session of sessions.values()) await session.connection.end().catch(() => {})
      await controller.end()
    },
  }
  return world
}

export interface DrainerSession {
  readonly connection: Connection
  readonly backendPid: number
  isDead: boolean
  sawDead: boolean
  held: { id: string; fence: number }[]
  open(): Promise<void>
  claim(limit: number): Promise<void>
  claimSuspects(limit: number): Promise<void>
  reap(): Promise<void>
  settle(): Promise<void>
  /** Whether work is due. */
  close(): Promise<boolean>
  /** Ends the session, as a drainer's death does. */
  die(): Promise<void>
  /** Its statements pause no more. */
  disarm(): Promise<void>
  /** Gives back whatever it holds. */
  forget(): Promise<void>
}

async function connectDrainer(database: TestDatabase, performed: Performed[]): Promise<DrainerSession> {
  const connection = await database.connect()
  const [{ pid }] = (await connection.query("select pg_backend_pid() as pid")).rows
  let id = 0
  let claims: string[] = []
  let settled: string[] = []
  const query = async (text: string, values: unknown[]) => (await connection.query(text, values)).rows[0]
  const take = async (statement: string, limit: number) => {
    const isSpent = session.held.length === 0
    const values = [id, pid, limit, settled, isSpent ? claims : []]
    settled = []
    if (isSpent) claims = []
    const { claim_id, jobs, dead } = await query(statement, values)
    session.sawDead = dead
    if (jobs.length > 0) claims.push(claim_id)
    for (const [job, fence] of jobs) {
      session.held.push({ id: String(job), fence })
      performed.push({ job: String(job), by: session })
    }
  }
  const session: DrainerSession = {
    connection,
    backendPid: pid,
    isDead: false,
    sawDead: false,
    held: [],
    async open() {
      id = (await query("select id from sluice.open_drainer($1, 100, 'model', 60000)", [SCHEMA_VERSION])).id
    },
    claim: (limit) =>
      take("select claim_id::text, jobs, dead from sluice.claim($1, $2, $3, '{job}', null, $4, $5)", limit),
    claimSuspects: (limit) =>
      take(
        "select claim_id::text, jobs, dead from sluice.claim_suspects($1, $2, $3, '{job}', $4, $5)",
        limit,
      ),
    async reap() {
      await query("select * from sluice.reap($1, 100)", [id])
    },
    async settle() {
      if (session.held.length === 0) return
      const ids = session.held.map((job) => job.id)
      const fences = session.held.map(({ fence }) => fence)
      session.held = []
      await query(
        "select sluice.settle_succeeded($1, $2, $3, $4, array_fill(1, array[cardinality($3::bigint[])]))",
        [id, pid, ids, fences],
      )
      settled.push(...ids)
    },
    async close() {
      if (session.isDead || id === 0) return false
      const { due } = await query("select due from sluice.close_drainer($1, $2, '{job}', $3)", [
        id,
        pid,
        [...settled, ...session.held.map((job) => job.id)],
      ])
      id = 0
      return due
    },
    async die() {
      session.isDead = true
      await database.pool.query("select pg_terminate_backend($1, 5000)", [pid])
    },
    async disarm() {
      if (!session.isDead) await connection.query("select set_config('model.places', '0', false)")
    },
    async forget() {
      if (session.isDead) return
      ;[claims, settled, session.held, id] = [[], [], [], 0]
      await connection.query("select pg_advisory_unlock_all(), set_config('model.places', '0', false)")
    },
  }
  connection.on("error", () => {
    session.isDead = true
  })
  return session
}

/** A drainer that claims so often, one job or another number, reaps whom it sees dead, and settles. */
export function drains(name: string, session: DrainerSession, claims: number, limit = 1): Actor {
  return { name, backendPid: session.backendPid, steps: steps() }

  async function* steps(): AsyncGenerator<Step, void> {
    for (let claim = 0; claim < claims && !session.isDead; claim++) {
      yield { name: "claims", perform: () => session.claim(limit) }
      if (session.isDead) return
      if (session.sawDead) yield { name: "reaps", perform: () => session.reap() }
      if (session.isDead) return
      if (session.held.length > 0) yield { name: "settles", perform: () => session.settle() }
    }
  }
}

/** What happens to sessions, a step each. */
export function happens(...steps: Step[]): Actor {
  return {
    name: "world",
    backendPid: undefined,
    steps: (async function* () {
      yield* steps
    })(),
  }
}
