import { expect, test } from "vitest"
import { useApi } from "../http/api.ts"

const api = await useApi()

/** The names of what a list of the API has. */
async function namesOf(path: string, list: "definitions" | "schedules"): Promise<string[]> {
  const { status, body } = await api.get(path)
  expect({ path, status, body }).toMatchObject({ status: 200 })
  return body[list].map(({ key, name }: { key?: string; name: string }) => key ?? name)
}

test("schedules are listed by the name of their jobs, and by the queue that the job, else its definition, says", async () => {
  const settings = { name: "anything", cron: "0 3 * * *" }
  const set = (key: string, more: object) =>
    api.request("PUT", `/v1/schedules/${key}`, { body: { ...settings, ...more } })
  await set("usual", {})
  await set("mailed", { options: { queue: "mail" } })
  await set("greeting", { name: "greet", options: { queue: "mail" } })

  expect(await namesOf("/v1/schedules?queue=mail", "schedules")).toEqual(["greeting", "mailed"])
  expect(await namesOf("/v1/schedules?queue=default", "schedules")).toEqual(["usual"])
  expect(await namesOf("/v1/schedules?queue=mail&name=anything", "schedules")).toEqual(["mailed"])
  expect(await namesOf("/v1/schedules?queue=nobodys", "schedules")).toEqual([])

  await api.rows("insert into sluice.definitions (name, queue) values ('anything', 'later')")
  expect(await namesOf("/v1/schedules?queue=later", "schedules")).toEqual(["usual"])
  expect(await namesOf("/v1/definitions?queue=later", "definitions")).toEqual(["anything"])
  expect(await namesOf("/v1/definitions?name=anything&queue=mail", "definitions")).toEqual([])
})
