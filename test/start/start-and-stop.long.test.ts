import { expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { startSluice, temporaryFolder } from "../support/start.ts"

test("a second start is quick and finds the jobs of the first; each end is in order and leaves no process", async () => {
  const dataDir = await temporaryFolder()
  const first = await startSluice({ SLUICE_DATA_DIR: dataDir, SLUICE_SCHEDULE: "rate(1 second)" })
  expect(await first.get("/health")).toMatchObject({ status: 200, body: { status: "ok" } })
  const { status, body: noop } = await first.post("/v1/jobs", { name: "noop", payload: {} })
  expect(status).toBe(201)
  await eventually(async () => expect((await first.get(`/v1/jobs/${noop.id}`)).body.state).toBe("succeeded"))
  const { body: later } = await first.post("/v1/jobs", { name: "noop", options: { delay: "1h" } })
  const pids = first.lines.flatMap((line) => /^START \w+ RequestId \S+ pid (\d+)/.exec(line)?.[1] ?? [])

  expect(await first.stop("SIGTERM")).toMatchObject({ code: 0 })
  expect(
    pids.filter((pid) => isAlive(Number(pid))),
    "function processes left",
  ).toEqual([])

  const beganAtMs = performance.now()
  const second = await startSluice({ SLUICE_DATA_DIR: dataDir })
  console.info(`second start: ready in ${Math.round(performance.now() - beganAtMs)} ms`)
  expect((await second.get(`/v1/jobs/${noop.id}`)).body.state).toBe("succeeded")
  expect((await second.get(`/v1/jobs/${later.id}`)).body.state).toBe("scheduled")
  const { code, ms } = await second.stop("SIGINT")
  expect(code).toBe(0)
  expect(ms, "ms to end").toBeLessThan(10_000)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
