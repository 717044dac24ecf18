import { setTimeout as wait } from "node:timers/promises"
import pg from "pg"
import { BATCH, openPool, payloadSql, rowSources, type System } from "../system.ts"

const CLAIM = `delete from floor_jobs where id in (select id from floor_jobs order by id limit ${BATCH} for update skip locked) returning payload`

/** Pause of a session that found no job. */
const POLL_MS = 5

/** Not a queue, but the least that Postgres must do to give out each job once. A crash loses a batch; nothing is retried or kept. */
export const floor: System = {
  name: "floor",
  module: import.meta.url,
  settings: `DELETE … SKIP LOCKED … RETURNING, ${BATCH} a batch`,
  keepsHistory: false,
  share: 1,
  knows: [],

  async prepare(url) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query("create table floor_jobs (id bigserial primary key, payload jsonb not null)")
    await client.end()
  },

  async fill(database, backlog) {
    for (const numbers of rowSources(backlog)) {
      await database.query(`insert into floor_jobs (payload) select ${payloadSql(backlog)} from ${numbers}`)
    }
  },

  async openEnqueuer(url) {
    const pool = openPool(url, 8)
    await pool.query("select")
    return {
      one: (payload) => pool.query("insert into floor_jobs (payload) values ($1)", [payload]),
      many: (payloads) =>
        pool.query("insert into floor_jobs (payload) select json_array_elements($1::json)", [
          JSON.stringify(payloads),
        ]),
      inSql:
        "insert into floor_jobs (payload) select jsonb_build_object('n', i) from generate_series($1::int, $2::int) i",
      end: () => pool.end(),
    }
  },

  async openWorker({ url, lingers, perform }) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    let isStopped = false
    let ended = Promise.resolve()
    return {
      start() {
        ended = claimAll()
      },
      async stop() {
        isStopped = true
        await ended
        await client.end()
      },
    }

    async function claimAll() {
      while (!isStopped) {
        const { rows } = await client.query(CLAIM)
        if (rows.length === 0 && !lingers) return
        if (rows.length === 0) await wait(POLL_MS)
        for (const { payload } of rows) await perform(payload)
      }
    }
  },

  async isDone(database) {
    const { rows } = await database.query("select from floor_jobs limit 1")
    return rows.length === 0
  },
}
