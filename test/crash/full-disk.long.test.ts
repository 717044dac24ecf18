import { execFileSync } from "node:child_process"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { createSluice, type DrainSummary, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { startPostgres } from "@sluice/local/postgres"
import pg from "pg"
import { expect, onTestFinished, test } from "vitest"
import { sluiceOn } from "../support/cli.ts"
import { eventually } from "../support/eventually.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const JOBS = 6_000
/** Only root may mount a disk of its own, which this fills. */
const isRoot = process.platform === "linux" && process.getuid?.() === 0

test.skipIf(!isRoot)(
  "while the database's disk is full, whoever writes says so in a line; nothing is lost, and all continues once there is room",
  async () => {
    const { url, fill, free } = await startOnSmallDisk("220m")
    await migrate(url)
    const pool = new pg.Pool({ connectionString: url, max: 4 })
    onTestFinished(() => pool.end())
    const performed: number[] = []
    const work = defineJob({
      name: "work",
      perform({ n }: { n: number }) {
        performed.push(n)
        return { page: "x".repeat(3_000) }
      },
    })
    const sluice = createSluice({ database: pool, jobs: [work] })
    await sluice.enqueueMany(Array.from({ length: JOBS }, (_, n) => ({ name: "work", payload: { n } })))

    const lines: string[] = []
    const note = (message: string, details?: object) =>
      void lines.push(`${message} ${JSON.stringify(details)}`)
    const log = { debug() {}, info() {}, warn: note, error: note }
    const connect = async () => {
      const client = new pg.Client({ connectionString: url })
      client.on("error", () => {})
      await client.connect()
      return client
    }
    const drained = drainAll(() => drain(sluice, { connect, log, concurrency: 20 }))
    await eventually(() => expect(performed.length).toBeGreaterThan(JOBS / 10))
    fill()

    await eventually(async () => {
      const refused = sluice.enqueueMany(
        Array.from({ length: 200 }, () => ({ name: "work", payload: { n: -1, text: "x".repeat(8_000) } })),
      )
      await expect(refused).rejects.toMatchObject({
        code: "database_unavailable",
        message: expect.stringMatching(
          /^The database's disk is full: could not extend file .*: No space left on device$/,
        ),
      })
    }, 20_000)
    await eventually(() => expect(lines.join("\n")).toContain("No space left on device"), 20_000)
    expect(lines.filter((line) => /\n\s*at /.test(line))).toEqual([])
    expect((await sluice.listQueues()).map(({ name }) => name)).toEqual(["default"])
    const { code, stderr } = await sluiceOn(url)(
      "enqueue",
      "work",
      JSON.stringify({ n: -1, text: "x".repeat(9_000) }),
    )
    if (code !== 0) expect(stderr).toMatch(/^sluice: .*No space left on device: make room .*\n$/)

    await free()
    await drained
    const stored = performed.filter((n) => n >= 0)
    expect(new Set(stored).size).toBe(JOBS)
    expect(stored.length - JOBS, "performed twice").toBe(0)
  },
  180_000,
)

/** Until nothing is due; a drain that the full disk ends is followed by another. */
async function drainAll(drainOnce: () => Promise<DrainSummary>): Promise<void> {
  for (;;) {
    const summary = await drainOnce().catch((error) => {
      expect(error).toMatchObject({ code: "database_unavailable" })
      return undefined
    })
    if (summary?.dueWork === false) return
  }
}

async function startOnSmallDisk(size: string) {
  const folder = await makeTemporaryFolder()
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder.path])
  const server = await startPostgres({ dataDir: join(folder.path, "data") })
  onTestFinished(async () => {
    await server.stop()
    execFileSync("umount", [folder.path])
    await folder.remove()
  })
  const ballast = join(folder.path, "ballast")
  return {
    url: server.url,
    /** `dd` ends with an error, as it should, once nothing more fits. */
    fill: () => {
      try {
        execFileSync("dd", ["if=/dev/zero", `of=${ballast}`, "bs=1M"], { stdio: "ignore" })
      } catch {}
    },
    free: () => rm(ballast),
  }
}
