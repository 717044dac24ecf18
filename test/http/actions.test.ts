import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()
const act = (body: unknown) => api.post("/v1/jobs/actions", body)

test("POST /v1/jobs/actions does one thing after the other to all jobs that match", async () => {
  const jobs = Array.from({ length: 3 }, () => ({
    name: "greet",
    payload: { to: "Ada" },
    options: { delay: "1h", tags: ["a"] },
  }))
  await api.post("/v1/jobs/batch", { jobs })
  const all = { matched: 3, changed: 3, refused: [] }
  const filter = { tag: "a" }
  expect((await act({ action: "cancel", filter, dryRun: true })).body).toEqual({ ...all, changed: 0 })
  expect((await act({ action: "update", filter, changes: { queue: "mail" } })).body).toEqual(all)
  expect((await act({ action: "run", filter: { queue: "mail" } })).body).toEqual(all)
  expect((await act({ action: "cancel", filter })).body).toEqual(all)
  expect((await act({ action: "retry", filter, retriedBy: "ada" })).body).toEqual(all)
  await api.drain()
  expect((await act({ action: "delete", filter })).body).toEqual(all)
  expect((await act({ action: "delete", filter })).body).toEqual({ matched: 0, changed: 0, refused: [] })
})

test("what is refused is named with its code", async () => {
  const { id } = (await api.post("/v1/jobs", { name: "anything" })).body
  expect(await act({ action: "delete", filter: { ids: [id] } })).toMatchObject({
    status: 200,
    body: { matched: 1, changed: 0, refused: [{ id, code: "job_not_finished" }] },
  })
})

const filter = { name: "greet" }
const cases: [what: string, body: unknown, pointer: string][] = [
  ["no object", [], ""],
  ["an unknown key", { action: "cancel", filter, dryrun: true }, "/dryrun"],
  ["no action", { filter }, "/action"],
  ["an unknown action", { action: "pause", filter }, "/action"],
  ["no filter", { action: "cancel" }, "/filter"],
  ["an empty filter", { action: "cancel", filter: {} }, "/filter"],
  ["an unknown condition", { action: "cancel", filter: { nmae: "a" } }, "/filter/nmae"],
  ["an id that is none", { action: "cancel", filter: { ids: ["1", "x"] } }, "/filter/ids/1"],
  [
    "an instant that is none",
    { action: "cancel", filter: { enqueuedAfter: "now" } },
    "/filter/enqueuedAfter",
  ],
  ["a place that is none", { action: "cancel", filter, after: "\0" }, "/after"],
  ["an update without changes", { action: "update", filter }, "/changes"],
  ["changes that are none", { action: "update", filter, changes: { prority: 1 } }, "/changes/prority"],
  ["changes of another action", { action: "cancel", filter, changes: {} }, "/changes"],
  ["retriedBy of another action", { action: "run", filter, retriedBy: "ada" }, "/retriedBy"],
  ["a retriedBy that is none", { action: "retry", filter, retriedBy: 5 }, "/retriedBy"],
  ["a dryRun that is none", { action: "cancel", filter, dryRun: "yes" }, "/dryRun"],
  ["an after that is none", { action: "cancel", filter, after: "1-2-3" }, "/after"],
  ["an after beyond all times", { action: "retry", filter, after: "0-0-999999999999999" }, "/after"],
]

test.each(cases)("a request with %s is answered 422 with the place", async (_what, body, pointer) => {
  expect(await act(body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } })
})
