import { expect, onTestFinished, test } from "vitest"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, say, fails, performed, broken, stateOf, database } = await workflowsIn()

/** A transaction that stays open. */
async function begin(isolation = "read committed") {
  const client = await database.connect()
  onTestFinished(() => client.end?.())
  await client.query(`begin isolation level ${isolation}`)
  return client
}

test("a job that was canceled before a drainer saw its parent, and is retried, runs after it", async () => {
  const parent = await say.enqueue({ text: "parent" }, { delay: "1h" })
  const child = await say.enqueue({ text: "child" }, { after: parent.id })
  await sluice.cancelJob(child.id)
  await sluice.retryJob(child.id)
  await drainOnce()
  await sluice.runJobNow(parent.id)
  await drainOnce()
  expect(performed).toEqual(["parent", "child"])
})

test("a job whose retry is committed after its parent has ended runs", async () => {
  const parent = await say.enqueue({ text: "parent" }, { delay: "1h" })
  const child = await say.enqueue({ text: "child" }, { after: parent.id })
  await drainOnce()
  await sluice.cancelJob(child.id)
  const client = await begin()
  await client.query("select * from sluice.retry_jobs(array[$1::bigint])", [child.id])
  await sluice.runJobNow(parent.id)
  await drainOnce()
  expect(performed).toEqual(["parent"])
  await client.query("commit")
  await drainOnce()
  expect(performed).toEqual(["parent", "child"])
})

test.each([false, true])(
  "a job is stored after one that has failed, while that is retried (a drainer sees it before the retry is committed: %s)",
  async (isSeen) => {
    const parent = await fails.enqueue({ text: "parent" })
    await drainOnce()
    broken.is = false
    const client = await begin()
    await client.query("select * from sluice.retry_jobs(array[$1::bigint])", [parent.id])
    const child = await say.enqueue({ text: "child" }, { after: parent.id, onParentFailure: "wait" })
    if (isSeen) await drainOnce()
    await client.query("commit")
    await drainOnce()
    expect(performed).toEqual(["parent", "child"])
    expect(await stateOf(child.id)).toBe("succeeded")
  },
)

test.each(["repeatable read"])(
  "a parent is canceled in a transaction that began before its child was stored: at %s, the child is canceled",
  async (isolation) => {
    const parent = await say.enqueue({ text: "parent" }, { delay: "1h" })
    await say.enqueue({ text: "first" }, { after: parent.id })
    await drainOnce()
    const client = await begin(isolation)
    await client.query("select count(*) from sluice.jobs")
    const child = await say.enqueue({ text: "child" }, { after: parent.id })
    await drainOnce()
    await client.query("select * from sluice.cancel_jobs(array[$1::bigint])", [parent.id])
    await client.query("commit")
    await drainOnce()
    expect(await stateOf(child.id)).toBe("canceled")
  },
)

test("a job is stored after one that has failed, and that is retried and succeeds before the job's commit", async () => {
  const parent = await fails.enqueue({ text: "parent" })
  await drainOnce()
  broken.is = false
  const client = await begin()
  const options = JSON.stringify({ after: parent.id, onParentFailure: "wait" })
  const { rows } = await client.query("select sluice.enqueue('say', '{\"text\": \"child\"}', $1) as id", [
    options,
  ])
  await sluice.retryJob(parent.id)
  await drainOnce()
  await client.query("commit")
  await drainOnce()
  expect(performed).toEqual(["parent", "child"])
  expect(await stateOf(String(rows[0].id))).toBe("succeeded")
})
