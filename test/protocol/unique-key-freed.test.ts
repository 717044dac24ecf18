import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

test("a job whose unique key is freed between the insert and the look is stored", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool })
  const { id } = await sluice.enqueue("any", {}, { uniqueKey: "one" })
  await database.pool.query(`
    create sequence inserts;
    create function wait_at_first_insert() returns trigger language plpgsql as $$
    begin
      if nextval('public.inserts') = 1 then
        perform pg_advisory_xact_lock(1);
      end if;
      return null;
    end
    $$;
    create trigger waits after insert on sluice.jobs execute function wait_at_first_insert()`)
  const finishing = await database.connect()
  await finishing.query("select pg_advisory_lock(1)")

  const enqueued = sluice.enqueue("any", {}, { uniqueKey: "one" })
  await eventually(async () =>
    expect(
      await database.rows(
        "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'",
      ),
    ).toHaveLength(1),
  )
  await finishing.query("delete from sluice.jobs where id = $1", [id])
  await finishing.query("select pg_advisory_unlock(1)")
  await finishing.end()

  expect(await enqueued).toMatchObject({ status: "enqueued" })
  expect(await database.rows("select count(*)::int from sluice.jobs")).toEqual([{ count: 1 }])
})
