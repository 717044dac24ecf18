import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type EmbeddedPostgres, startPostgres } from "@sluice/local/postgres"
import { onTestFinished } from "vitest"
import { asSuperuser } from "./database.ts"
import { eventually } from "./eventually.ts"
import { makeTemporaryFolder } from "./temporary-folder.ts"

/** A Postgres of a test's own, for what can't be done to the one that all tests share. */
export interface Cluster {
  /** Another one after each restart. */
  url(): string
  /** `fast` ends every session in order; `immediate` is a crash, and the log is replayed. */
  restart(mode: "fast" | "immediate"): Promise<void>
  /** Kills one of the server's processes, as the system does that runs out of memory: the server ends all sessions and recovers. */
  killProcess(): Promise<void>
  /** Restarts it as a hot standby, which takes no writes until it is promoted. */
  demote(): Promise<void>
  promote(): Promise<unknown>
}

export async function startCluster(): Promise<Cluster> {
  const folder = await makeTemporaryFolder()
  const start = () => startPostgres({ dataDir: folder.path })
  let server: EmbeddedPostgres = await start()
  onTestFinished(async () => {
    await server.stop()
    await folder.remove()
  })
  return {
    url: () => server.url,
    async restart(mode) {
      if (mode === "immediate") await crash(server)
      else await server.stop()
      server = await start()
    },
    async killProcess() {
      const killed = await checkpointerOf(server)
      process.kill(killed, "SIGKILL")
      await eventually(async () => {
        if ((await checkpointerOf(server)) === killed) throw new Error("The server has not recovered yet")
      })
    },
    async demote() {
      await server.stop()
      await writeFile(join(server.directory, "standby.signal"), "")
      server = await start()
    },
    promote: () => asSuperuser((standby) => standby.query("select pg_promote()"), server.url),
  }
}

async function checkpointerOf(server: EmbeddedPostgres): Promise<number> {
  const { rows } = await asSuperuser(
    (session) => session.query("select pid from pg_stat_activity where backend_type = 'checkpointer'"),
    server.url,
  )
  return rows[0].pid
}

async function crash(server: EmbeddedPostgres): Promise<void> {
  const [pid] = (await readFile(join(server.directory, "postmaster.pid"), "utf8")).split("\n")
  process.kill(Number(pid), "SIGQUIT")
  await eventually(async () => {
    const ended = await Promise.race([server.ended, Promise.resolve(undefined)])
    if (ended === undefined) throw new Error("The server has not ended yet")
  })
}
