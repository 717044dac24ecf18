import { DatabaseUnavailableError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { drainOnce } = drainable(database, [])

// A disk that is really full: test/crash/full-disk.long.test.ts.
test("a drain that can't open because the database's disk is full says so, and the next one opens once there is room", async () => {
  await database.rows(`
    create function public.no_room() returns trigger language plpgsql as
      $$ begin raise exception using errcode = 'disk_full', message = 'could not extend file "base/5/16646": No space left on device'; end $$;
    create trigger no_room before insert on sluice.drainers for each row execute function public.no_room()`)
  const failure = await drainOnce().catch((error) => error)
  expect(failure).toBeInstanceOf(DatabaseUnavailableError)
  expect(failure.message).toBe(
    'The database\'s disk is full: could not extend file "base/5/16646": No space left on device',
  )
  await database.rows("drop function public.no_room cascade")
  expect(await drainOnce()).toMatchObject({ dueWork: false })
})
