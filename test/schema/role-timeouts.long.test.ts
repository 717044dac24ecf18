import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

test.for(["statement_timeout", "transaction_timeout"])(
  "a migration takes longer than the database's %s allows to its statements",
  { retry: 2 }, // on a busy machine, the transaction may reach it before it has set it
  async (setting) => {
    const database = await createDatabase({ template: "template0", settings: { [setting]: "200ms" } })
    expect(await migrate(database.url)).toMatchObject({ applied: expect.arrayContaining(["functions"]) })
  },
)
