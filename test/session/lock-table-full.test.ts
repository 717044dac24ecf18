import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

// A lock table that is really full: test/claim/lock-table-full.long.test.ts.
test("a call that finds the server's lock table full says so, and names the setting", async () => {
  await database.rows(`
    create function public.no_locks() returns trigger language plpgsql as
      $$ begin raise exception using errcode = 'out_of_memory', message = 'out of shared memory'; end $$;
    create trigger no_locks before insert on sluice.jobs for each row execute function public.no_locks()`)
  await expect(sluice.enqueue("any", {})).rejects.toMatchObject({
    name: "DatabaseUnavailableError",
    code: "database_unavailable",
    message: "The server's lock table is full, see max_locks_per_transaction: out of shared memory",
  })
})
