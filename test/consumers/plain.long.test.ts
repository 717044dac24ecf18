import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { installConsumer, type RunOptions } from "./consumer.ts"
import { installNodes, isLongRun } from "./long-run.ts"
import { type Enqueued, outcomes, PERFORMED, REFUSAL } from "./performed.ts"

/** How a user of this app runs it. */
interface App {
  readonly title: string
  readonly in: string
  readonly migrate: readonly string[]
  readonly enqueue: readonly string[]
  readonly worker: readonly string[]
  /** Left out of `npm test`. */
  readonly long?: boolean
}

const app = await installConsumer("plain")
const nodes = await installNodes()
/** Bundles bring everything, so they run where there is no node_modules. */
const bundles = await mkdtemp(join(tmpdir(), "sluice-bundles-"))
afterAll(async () => {
  await app?.remove()
  await nodes.remove()
  await rm(bundles, { recursive: true })
})

const APPS: readonly App[] = [
  {
    title: "an app of ES modules",
    in: "esm",
    migrate: ["npx", "sluice", "migrate"],
    enqueue: ["node", "enqueue.js"],
    worker: ["node", "worker.js"],
  },
  {
    title: "an app of ES modules, with the worker of the command line",
    long: true,
    in: "esm",
    migrate: ["node", "migrate.js"],
    enqueue: ["node", "enqueue.js"],
    worker: ["npx", "sluice", "work", "--jobs", "./jobs.js"],
  },
  {
    title: "a CommonJS app",
    long: true,
    in: "commonjs",
    migrate: ["node", "migrate.js"],
    enqueue: ["node", "enqueue.js"],
    worker: ["node", "worker.js"],
  },
  {
    title: "a CommonJS app, with the worker of the command line",
    in: ".",
    migrate: ["npx", "@sluice/cli", "migrate"],
    enqueue: ["node", "commonjs/enqueue.js"],
    worker: ["npx", "@sluice/cli", "work", "--jobs", "./commonjs/jobs.js"],
  },
  {
    title: "a TypeScript app",
    in: "typescript",
    migrate: ["node", "out/migrate.js"],
    enqueue: ["node", "out/enqueue.js"],
    worker: ["npx", "sluice", "work", "--jobs", "./jobs.ts"],
  },
  {
    title: "a minified bundle of ES modules",
    in: bundles,
    migrate: ["node", "migrate.mjs"],
    enqueue: ["node", "enqueue.mjs"],
    worker: ["node", "worker.mjs"],
  },
  {
    title: "a minified CommonJS bundle",
    in: bundles,
    migrate: ["node", "migrate.cjs"],
    enqueue: ["node", "enqueue.cjs"],
    worker: ["node", "worker.cjs"],
  },
]

describe.skipIf(!app)("an app that has installed the packages", async () => {
  if (!app) return

  const compiled = app.run(["npx", "tsc"], { in: "typescript" })
  const bundled = Promise.all(
    ["esm", "cjs"].map((format) => app.run(["node", "esbuild.mjs", format, bundles], { in: "typescript" })),
  )
  // each is awaited, and reported, by a test of its own
  compiled.catch(() => {})
  bundled.catch(() => {})

  test("compiles under strict, with the declarations checked, for Node", async () => {
    await compiled
  })

  test("compiles under strict, with the declarations checked, for a bundler", async () => {
    await app.run(["npx", "tsc", "--project", "tsconfig.bundler.json"], { in: "typescript" })
  })

  test("is bundled and minified, to ES modules and to CommonJS", async () => {
    await bundled
  })

  test("has the command line", async () => {
    expect(await app.run(["npx", "sluice", "--version"])).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await app.run(["npx", "@sluice/cli", "--version"])).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  for (const node of nodes.versions) {
    const cases = await Promise.all(
      APPS.filter((one) => isLongRun || !one.long).map(async (one) => ({
        ...one,
        database: await createDatabase("template0"),
      })),
    )
    test.concurrent.for(cases)(
      `$title performs its jobs on Node ${node.major}`,
      { timeout: 180_000 },
      async (one) => {
        await Promise.allSettled([compiled, bundled])
        const options: RunOptions = { in: one.in, node: node.folder, env: { DATABASE_URL: one.database.url } }

        await app.run(one.migrate, options)
        const enqueued: Enqueued = JSON.parse(await app.run(one.enqueue, options))
        const worker = app.start(one.worker, options)
        try {
          expect(await outcomes(one.database, enqueued), "what the jobs came to").toEqual(PERFORMED)
          expect(enqueued.refusal, "of an invalid payload").toEqual(REFUSAL)
        } catch (error) {
          ;(error as Error).message += `\n\nThe worker printed:\n${worker.output.slice(-4_000)}`
          throw error
        } finally {
          const code = await worker.stop()
          if (one.worker[0] === "node") expect(code, "the worker's exit code").toBe(0)
          else expect(worker.output).toContain("stopped") // npx itself ends by the signal
        }
        expect(await app.run(["npx", "sluice", "doctor"], { ...options, in: "." })).toContain("ok")
      },
    )
  }
})
