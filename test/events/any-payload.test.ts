import { defineEvent, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test.each([[7], ["text"], [[1]], [true], [{}]])(
  "a wait without a match ends with the payload %j",
  async (payload) => {
    const said = defineEvent("said")
    const listens = defineJob({
      name: "listens",
      perform: (_payload, { waitForEvent }) => waitForEvent(said),
    })
    const { sluice, drainOnce } = drainable(database, [listens])
    const { id } = await sluice.enqueue("listens", {})
    await drainOnce()
    await sluice.emit(said, payload)
    await drainOnce()
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: payload })
  },
)
