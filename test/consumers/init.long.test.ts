import { access } from "node:fs/promises"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { packedPackages } from "../support/packed.ts"
import { emptyConsumer, isUnreachable } from "./consumer.ts"

const QUIETLY = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=0"]
const WITHIN_MS = 120_000

test("from an empty folder, npx sluice init leads to a drained job in less than two minutes", async ({
  skip,
}) => {
  const packages = await packedPackages()
  const app = await emptyConsumer()
  onTestFinished(() => app.remove())
  const beganAtMs = performance.now()
  const steps: string[] = []
  const timed = async <Value>(step: string, work: () => Promise<Value>): Promise<Value> => {
    const stepBeganAtMs = performance.now()
    const value = await work()
    steps.push(`${step}: ${((performance.now() - stepBeganAtMs) / 1_000).toFixed(1)} s`)
    return value
  }

  const ours = ["@sluice/cli", "@sluice/core", "@sluice/http"].map((name) => packages[name] as string)
  try {
    await timed("npm install", () => app.run(["npm", "install", "--save-dev", ...QUIETLY, ...ours]))
    await timed("npx sluice init", () => app.run(["npx", "sluice", "init", "--yes"]))
  } catch (error) {
    if (!isUnreachable(error)) throw error
    console.warn("SKIPPED: the registry isn't reachable")
    return skip()
  }
  const dev = app.start(["npx", "sluice", "dev", "--port", "0"])
  try {
    await timed("npx sluice dev", () => eventually(() => expect(dev.output).toMatch(/^ready /m), 60_000))
    await timed("npx sluice enqueue", () => app.run(["npx", "sluice", "enqueue", "hello", '{"name":"Ada"}']))
    await eventually(async () => {
      const list = await app.run(["npx", "sluice", "jobs", "list", "--state", "succeeded", "--json"])
      expect(JSON.parse(list).jobs).toMatchObject([{ name: "hello", attempts: 1 }])
    }, 30_000)
    const tookMs = performance.now() - beganAtMs
    console.info(
      `from an empty folder to a drained job: ${(tookMs / 1_000).toFixed(1)} s (${steps.join(", ")})`,
    )
    expect(tookMs).toBeLessThan(WITHIN_MS)
    expect(dev.output).toContain("Hello, Ada")
    await app.run(["npx", "tsc"]) // what it wrote compiles under strict
  } catch (error) {
    ;(error as Error).message += `\n\nsluice dev printed:\n${dev.output.slice(-4_000)}`
    throw error
  } finally {
    await dev.stop()
  }
  await access(join(app.folder, ".sluice/postgres/PG_VERSION"))
}, 300_000)
