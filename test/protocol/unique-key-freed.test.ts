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

test("an enqueue that tries again for a freed key holds no later key meanwhile, so two calls don't deadlock", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool })
  const { id } = await sluice.enqueue("any", {}, { uniqueKey: "a" })
  await database.pool.query(`
    create function wait_for_test() returns trigger language plpgsql as $$
    begin
      if current_setting('app.waits', true) = 'yes' then
        perform set_config('app.waits', 'no', false);
        perform pg_advisory_xact_lock(1);
      end if;
      return null;
    end
    $$;
    create trigger waits after insert on sluice.jobs execute function wait_for_test()`)
  const [one, other, finishing] = [
    await database.connect(),
    await database.connect(),
    await database.connect(),
  ]
  const waiting = (event: string) =>
    eventually(async () =>
      expect(
        await database.rows(
          "select from pg_stat_activity where datname = current_database() and wait_event = $1",
          [event],
        ),
      ).toHaveLength(1),
    )
  const bulk = (transaction: typeof one) =>
    sluice.enqueueMany(
      ["a", "b"].map((uniqueKey) => ({ name: "any", options: { uniqueKey } })),
      { transaction },
    )
  await finishing.query("select pg_advisory_lock(1)")
  await one.query("begin; set app.waits = 'yes'")
  const first = bulk(one) // has found "a" taken and holds "b"
  await waiting("advisory")
  await finishing.query("delete from sluice.jobs where id = $1", [id])
  await other.query("begin")
  const second = bulk(other) // holds "a" and waits for "b"
  await waiting("transactionid")
  await finishing.query("select pg_advisory_unlock(1)")

  const stored = await second
  await other.query("commit")
  const found = await first
  await one.query("commit")
  expect(stored.map(({ status }) => status)).toEqual(["enqueued", "enqueued"])
  expect(found).toEqual(stored.map((result) => ({ ...result, status: "deduplicated" })))
  await Promise.all([one, other, finishing].map((client) => client.end()))
})
