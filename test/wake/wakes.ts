import { createSluice } from "@sluice/core"
import { createDatabase } from "../support/database.ts"

/** A Sluice on a new database that counts how often it wakes a drainer. */
export async function countWakes() {
  const database = await createDatabase()
  const counter = { wakes: 0 }
  const sluice = createSluice({
    database: database.pool,
    wake: async () => {
      counter.wakes++
    },
  })
  return { database, sluice, counter }
}
