import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("a job that saves nothing causes no statement about progress, one that does causes one to read and one a checkpoint", async () => {
  const ordinary = defineJob({ name: "ordinary", perform() {} })
  const stepping = defineJob({
    name: "stepping",
    async perform(_payload, { step, cursor }) {
      await step("one", () => 1)
      await step("two", () => 2)
      await cursor("three", 1, (position) => (position < 3 ? position + 1 : undefined))
    },
  })
  const { drainOnce } = drainable(database, [ordinary, stepping])
  const statements: string[] = []
  const connect = async () => {
    const connection = await database.connect()
    const query = connection.query.bind(connection)
    connection.query = (statement, values) => {
      const { text } = statement as unknown as { text: string }
      statements.push(/sluice\.(\w+)\(/.exec(text)?.[1] ?? text)
      return query(statement, values)
    }
    return connection
  }

  await ordinary.enqueue({})
  expect(await drainOnce({ connect })).toMatchObject({ succeeded: 1, checkpoints: 0 })
  expect(statements.filter((name) => name.includes("progress"))).toEqual([])

  await stepping.enqueue({})
  expect(await drainOnce({ connect })).toMatchObject({ succeeded: 1, checkpoints: 5 })
  expect(statements.filter((name) => name.includes("progress"))).toEqual([
    "progress_of",
    ...Array.from({ length: 5 }, () => "save_progress"),
  ])
})
