import { once } from "node:events"
import { existsSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { freePort } from "../support/free-port.ts"
import { startAndFail, temporaryFolder } from "../support/start.ts"

test.each([
  [{ SLUICE_SCHEDULE: "every minute" }, "SLUICE_SCHEDULE"],
  [{ SLUICE_DRAIN_TIMEOUT: "1 hour" }, 'SLUICE_DRAIN_TIMEOUT is "1 hour"'],
  [{ SLUICE_MAX_DRAINERS: "many" }, 'SLUICE_MAX_DRAINERS is "many"'],
  [{ SLUICE_IDLE: "yes" }, 'SLUICE_IDLE is "yes": give off or on'],
  [{ SLUICE_LINGER: "forever" }, 'SLUICE_LINGER is "forever": give a duration'],
  [{ SLUICE_LOG: "yaml" }, 'SLUICE_LOG is "yaml": give readable or json'],
  [{ SLUICE_SCHEMA: "My Queue" }, 'SLUICE_SCHEMA is "My Queue": give up to 40 lower-case letters'],
  [{ SLUICE_WEBHOOK_ALLOW: "10.0.0.0/99" }, "SLUICE_WEBHOOK_ALLOW contains '10.0.0.0/99'; give names"],
  [{ SLUICE_CONCURRENCY: "0" }, 'SLUICE_CONCURRENCY is "0": give a whole number'],
  [{ SLUICE_API_KEY: "schlüssel" }, "SLUICE_API_KEY can't be sent in a header: give visible ASCII"],
  [{ POWERTOOLS_LOG_LEVEL: "loud" }, 'POWERTOOLS_LOG_LEVEL is "loud": give TRACE or DEBUG'],
  [{ PORT: "http" }, 'PORT is "http"'],
  [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL is not a Postgres connection string"],
  [{ DATABASE_URL: "postgres://127.0.0.1:1/x" }, "The database can't be reached"],
  [{ SLUICE_DATA_DIR: "/dev/null/nowhere" }, "SLUICE_DATA_DIR /dev/null/nowhere can't be created"],
])("%j ends in one line that says what to mend", async (environment, words) => {
  const { code, output } = await startAndFail(environment as unknown as Record<string, string>)
  expect(output).toContain(`error: ${words}`)
  expect(output).not.toContain("    at ")
  expect(code).toBe(1)
})

test("a setting that is none is named, beside what is wrong", async () => {
  const { output } = await startAndFail({ SLUICE_CONCURENCY: "5", PORT: "http" })
  expect(output).toMatch(/^warning: SLUICE_CONCURENCY is not a setting; known are .*SLUICE_CONCURRENCY/m)
})

test("a port that is taken is named, before anything is made", async () => {
  const port = await freePort()
  const taken = createServer().listen(port, "127.0.0.1")
  await once(taken, "listening")
  onTestFinished(() => void taken.close())

  const dataDir = join(await temporaryFolder(), "data")
  const { code, output } = await startAndFail({ PORT: String(port), SLUICE_DATA_DIR: dataDir })
  expect(output).toContain(String(port))
  expect(existsSync(dataDir)).toBe(false)
  expect(output).toMatch(/^error: /m)
  expect(code).toBe(1)
})
