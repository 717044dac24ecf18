import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "./database.ts"
import { startProxy } from "./proxy.ts"

const database = await createDatabase()

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on("error", () => {})
  await client.connect()
  return client
}

async function within<Value>(work: Promise<Value>, ms: number): Promise<Value | "no answer"> {
  return Promise.race([work, new Promise<"no answer">((resolve) => setTimeout(resolve, ms, "no answer"))])
}

test("the proxy forwards statements until it drops packets in one direction or both, and again once it is healed", async () => {
  const proxy = await startProxy(database.url)
  for (const direction of ["toServer", "toClient", "both"] as const) {
    const client = await connectTo(proxy.url)
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }])
    proxy.deafen(direction)
    const unanswered = client.query("select 2 as two").catch(() => "ended")
    expect(await within(unanswered, 100)).toBe("no answer")
    proxy.heal()
    proxy.cut()
    expect(await unanswered).toBe("ended")
    await client.end().catch(() => {})
  }
  const client = await connectTo(proxy.url)
  expect((await client.query("select 3 as three")).rows).toEqual([{ three: 3 }])
  await client.end()
})

test("it delays, refuses, and cuts", async () => {
  const proxy = await startProxy(database.url)
  const client = await connectTo(proxy.url)
  proxy.delay(60)
  const beganAtMs = performance.now()
  await client.query("select 1")
  expect(performance.now() - beganAtMs).toBeGreaterThan(100)
  proxy.refuse()
  await expect(connectTo(proxy.url)).rejects.toThrow()
  proxy.cut()
  await expect(client.query("select 1")).rejects.toThrow()
})
