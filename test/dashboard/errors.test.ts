import { defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()

function send(to: string): never {
  throw new Error(`<img src=x onerror=alert(1)> The mailbox of "${to}" is full`)
}

const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "mail", maxAttempts: 1, perform: ({ to }: { to: string }) => send(to) }),
  // can't be retried: its payload is gone
  defineJob({
    name: "secret-mail",
    maxAttempts: 1,
    keep: { payload: false },
    perform: ({ to }: { to: string }) => send(to),
  }),
])
const reader = visitDashboard(sluice, "reader")
const operator = visitDashboard(sluice, "operator")

beforeEach(() => database.rows("truncate sluice.jobs, sluice.failures, sluice.finished, sluice.retries"))

async function fail(times: number, name = "mail"): Promise<string> {
  await sluice.enqueueMany(
    Array.from({ length: times }, (_, n) => ({ name, payload: { to: `n${n}@example.org` } })),
  )
  await drainOnce()
  return (await sluice.listErrors()).groups[0]?.fingerprint as string
}

test("without failures, the page says what to do next", async () => {
  const { status, text } = await reader.get("/errors")
  expect(status).toBe(200)
  expect(readable(text)).toContain("Nothing has failed in this time Choose a longer time")
})

test("failures that are alike are one row, whose message is text and no markup", async () => {
  const fingerprint = await fail(3)
  const { text } = await reader.get("/errors?range=7d")
  expect(text).not.toContain("<img")
  expect(text).toContain("&lt;img src=x onerror=alert(‹number›)&gt; The mailbox of ‹text› is full")
  expect(text).toContain(`href="/errors/${fingerprint}?range=7d"`)
  expect(readable(text)).toMatch(/send \(dashboard\/errors\.test\.ts\) 3 3 mail/)
})

test("a name, an order and a range are in the address, and one that is none is left out", async () => {
  await fail(1)
  expect(readable((await reader.get("/errors?name=mail&sort=-failures")).text)).toContain("Job name: mail")
  expect(readable((await reader.get("/errors?name=other")).text)).toContain("Nothing has failed in this time")
  expect((await reader.get("/errors?name=%27%3B%20drop")).status).toBe(400)
  expect((await reader.get("/errors?range=__proto__")).status).toBe(200)
})

test("a group's page has the message, the stack, its jobs, and for readers no way to retry", async () => {
  const fingerprint = await fail(2)
  const { text, status } = await reader.get(`/errors/${fingerprint}`)
  expect(status).toBe(200)
  expect(text).not.toContain("<img")
  expect(readable(text)).toContain("at send (")
  expect(text).not.toContain("/retry")
  expect((await reader.get(`/errors/${fingerprint}/retry`)).status).toBe(403)
  expect((await reader.post(`/errors/${fingerprint}/retry`)).status).toBe(403)
  expect((await sluice.listDiscarded(fingerprint)).length).toBe(2)
})

test("an unknown group, or one without failures in the range, says so", async () => {
  expect(readable((await reader.get("/errors/0123456789abcdef")).text)).toContain(
    "Nothing has failed like this in this time",
  )
  expect((await reader.get("/errors/%27%3B--")).status).toBe(404)
})

test("the discarded jobs of a group are counted first, and then retried", async () => {
  const fingerprint = await fail(3)
  const { text } = await operator.get(`/errors/${fingerprint}/retry?range=24h`)
  expect(readable(text)).toContain("This affects 3 jobs.")
  const fields = fieldsOf(text)
  await fail(1) // discarded after it was counted: left alone
  const { to, status } = await operator.post(`/errors/${fingerprint}/retry`, fields)
  expect([status, to]).toEqual([303, `/errors/${fingerprint}?range=24h`])
  expect((await sluice.listDiscarded(fingerprint)).length).toBe(1)
  expect((await sluice.getOverview()).counts.ready).toBe(3)
})

test("those that can't be retried don't keep the others from it, and what is discarded meanwhile is left alone", async () => {
  await fail(1)
  const fingerprint = await fail(201, "secret-mail")
  const retry = `/errors/${fingerprint}/retry`
  const first = await operator.post(retry, fieldsOf((await operator.get(`${retry}?range=7d`)).text))
  expect(first.to).toMatch(/\/retry\?.*skip=200/)
  await fail(1)
  const rest = (await operator.get(first.to as string)).text
  expect(readable(rest)).toContain("This affects 2 jobs.")
  const second = await operator.post(retry, fieldsOf(rest))
  expect(second.to).toBe(`/errors/${fingerprint}?range=7d`)
  expect((await sluice.getOverview()).counts.ready).toBe(1)
  expect(await sluice.listDiscarded(fingerprint)).toHaveLength(202)
})

test("an address that says nothing sensible of what is left counts all", async () => {
  const fingerprint = await fail(2)
  for (const rest of ["since=x&until=y&skip=1", "skip=1", "since=2020-01-01&until=2999-01-01&skip=-1"]) {
    const { status, text } = await operator.get(`/errors/${fingerprint}/retry?${rest}`)
    expect([status, readable(text)]).toEqual([200, expect.stringContaining("This affects 2 jobs.")])
  }
})

test("what a reader may not see of an error isn't shown", async () => {
  const fingerprint = await fail(1)
  const shown = visitDashboard(sluice, "reader", {
    redact: (value, { kind, jobName }) =>
      kind === "error" && jobName === "mail" ? "secret of the mail" : value,
  })
  for (const path of ["/errors", `/errors/${fingerprint}`, "/"]) {
    const { text } = await shown.get(path)
    expect(text, path).toContain("secret of the mail")
    expect(text, path).not.toContain("mailbox")
  }
})

/** The hidden fields of a form that asks first. */
function fieldsOf(html: string): Record<string, string> {
  const fields = html.matchAll(/name="(since|until|skip|range)" value="([^"]*)"/g)
  return Object.fromEntries(Array.from(fields, ([, name, value]) => [name, value]))
}
