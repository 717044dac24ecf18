import { createSluice, Discard, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { checkedBlocks, placeOf } from "./pages.ts"

const database = await createDatabase()
const welcome = defineJob({
  name: "welcome",
  perform() {
    throw new Discard("unsubscribed")
  },
})

test.each(checkedBlocks("sql").map((block) => [placeOf(block), block.text]))(
  "the statements at %s run on a migrated database with a discarded job",
  async (_place, text) => {
    const sluice = createSluice({ database: database.pool, jobs: [welcome] })
    await welcome.enqueue({ to: "ada@example.org" })
    const { discarded } = await drain(sluice, { connect: database.connect })
    expect(discarded).toBeGreaterThan(0)

    const results = [await database.pool.query(text)].flat()

    const isRead = (command: string) => command === "SELECT"
    for (const { command, rows } of results) if (isRead(command)) expect(rows).not.toEqual([])
  },
)
