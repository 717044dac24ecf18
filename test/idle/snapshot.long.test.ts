import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { createSnapshotStore } from "@sluice/aws"
import type { SnapshotStore } from "@sluice/core"
import { createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { readable, visitDashboard } from "../dashboard/dashboard.ts"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { startS3 } from "../support/s3-server.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"
import { countSessions, deployIdle } from "./deployment.ts"

const s3 = await startS3()
Object.assign(process.env, {
  AWS_ENDPOINT_URL_S3: s3.url,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
})
const ADDRESS = "s3://overviews/shop/overview.json"
const database = await createDatabase()
const deployment = await deployIdle(database, {
  SLUICE_SNAPSHOT: ADDRESS,
  AWS_ENDPOINT_URL_S3: s3.url,
})
const sluice = createSluice({ database: database.pool })

beforeEach(() => {
  s3.refuseAll(false)
  s3.objects.clear()
})

/** The overview as another function sees it. */
async function overview(snapshots: SnapshotStore) {
  const page = await visitDashboard(unreachable(), "reader", { idle: { snapshots } }).get("/")
  return { status: page.status, text: page.text, seen: readable(page.text) }
}

function unreachable() {
  const query = () => Promise.reject(new Error("The dashboard woke the database"))
  return createSluice({ database: { query } })
}

function storeAt(address: string): SnapshotStore {
  return createSnapshotStore(address) as SnapshotStore
}

test("the last drainer leaves the overview for a dashboard that doesn't wake the database", async () => {
  await sluice.enqueue("noop", {})
  await sluice.enqueue("noop", {}, { delay: "2h" })
  await deployment.host.invoke("drain", "{}")
  expect([...s3.objects.keys()]).toEqual(["/overviews/shop/overview.json"])
  const { seen, text } = await overview(storeAt(ADDRESS))
  expect(seen).toMatch(/As of .* UTC\. .*?( ago|now) /)
  expect(seen).toContain("Scheduled 1 now")
  expect(seen).toMatch(/Succeeded 1 in the last hour/)
  expect(text).toContain("data-refresh-seconds")
})

test("of two drainers it is taken by the one that ends last", async () => {
  await sluice.enqueue("sleep", { ms: 1_500 })
  const busy = deployment.host.invoke("drain", "{}")
  await expect.poll(() => database.rows("select from sluice.claims")).toHaveLength(1)
  await deployment.host.invoke("drain", "{}")
  expect(s3.objects.size).toBe(0)
  await busy
  expect(s3.objects.size).toBe(1)
})

test("it leaves no session open that would keep the database awake", async () => {
  await deployment.host.invoke("drain", "{}")
  expect(s3.objects.size).toBe(1)
  await expect.poll(async () => (await countSessions(database)).has).toBe(await sessionsOfTests(database))
})

test("where it can't be kept, the drain says so and succeeds", async () => {
  s3.refuseAll(true)
  await sluice.enqueue("noop", {})
  const before = deployment.reports().length
  await deployment.host.invoke("drain", "{}")
  expect(deployment.reports().slice(before)).toMatchObject([{ succeeded: 1 }])
  expect(deployment.lines.findLast((line) => line.includes('"level":"WARN"'))).toContain("AccessDenied")
  expect((await deployment.wakeUp())?.State).toBe("ENABLED")
})

test("nothing kept yet is told from a store that can't be read", async () => {
  expect((await overview(storeAt(ADDRESS))).seen).toContain("Nothing is known yet")
  s3.refuseAll(true)
  const log = { warn: () => {}, error: () => {}, info: () => {}, debug: () => {} }
  const refused = await visitDashboard(unreachable(), "reader", {
    idle: { snapshots: storeAt(ADDRESS) },
    log,
  }).get("/")
  expect(refused.status).toBe(500)
})

test("one click wakes the database and keeps what it says", async () => {
  const snapshots = storeAt(ADDRESS)
  const reader = visitDashboard(sluice, "reader", { idle: { snapshots } })
  expect((await reader.post("/overview/now")).to).toBe("/")
  expect((await overview(snapshots)).seen).toMatch(/As of/)
})

test("pages that ask the database don't refresh themselves, which would keep it awake", async () => {
  const snapshots = storeAt(ADDRESS)
  const idle = visitDashboard(sluice, "reader", { idle: { snapshots } })
  expect((await idle.get("/queues")).text).not.toContain("data-refresh-seconds")
  expect((await visitDashboard(sluice, "reader").get("/queues")).text).toContain("data-refresh-seconds")
})

test("on one machine it is a file, of which nobody reads a half", async () => {
  const folder = await makeTemporaryFolder()
  const store = storeAt(pathToFileURL(join(folder.path, "overview.json")).href)
  expect(await store.read()).toBeUndefined()
  await store.write("a".repeat(1_000_000))
  const texts = ["b", "c", "d"].map((letter) => letter.repeat(1_000_000))
  const reads: Promise<string | undefined>[] = []
  for (const text of texts) {
    reads.push(store.read(), store.read())
    await store.write(text)
  }
  for (const read of await Promise.all(reads))
    expect([1_000_000, new Set(read).size]).toEqual([read?.length, 1])
  expect(await store.read()).toBe(texts.at(-1))
  await folder.remove()
})

test("an address of another kind is refused", () => {
  expect(createSnapshotStore(undefined)).toBeUndefined()
  expect(createSnapshotStore("")).toBeUndefined()
  for (const address of [
    "s3://bucket",
    "https://bucket.s3.amazonaws.com/key",
    "/tmp/overview.json",
    "s3:///key",
  ])
    expect(() => createSnapshotStore(address)).toThrow(/give s3:\/\/bucket\/key or file:\/\/\/path/)
})

/** Those of this process, which stay. */
async function sessionsOfTests({ pool }: TestDatabase): Promise<number> {
  return pool.totalCount
}
