import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

test("a claim that fails half-way leaves no lock behind", async () => {
  const database = await createDatabase()
  await database.pool.query(`
    create sequence claims_tried;
    create function fail_twice() returns trigger language plpgsql as $$
    begin
      if nextval('public.claims_tried') <= 2 then
        raise exception using errcode = 'lock_not_available';
      end if;
      return new;
    end
    $$;
    create trigger fails before insert on sluice.claims for each row execute function fail_twice()`)
  const { sluice, drainOnce } = drainable(database, [defineJob({ name: "job", perform() {} })])
  await sluice.enqueueMany(Array.from({ length: 20 }, () => ({ name: "job" })))

  const stop = new AbortController()
  const drained = drainOnce({ linger: "1h", signal: stop.signal })
  await eventually(async () => expect(await database.rows("select from sluice.finished")).toHaveLength(20))
  const locksOfJobs = `select from pg_locks join pg_database d on d.oid = database
    where datname = current_database() and locktype = 'advisory' and objsubid = 1`
  await eventually(async () => expect(await database.rows(locksOfJobs)).toEqual([]))
  stop.abort()
  expect(await drained).toMatchObject({ succeeded: 20 })
})
