import { join } from "node:path"
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from "vitest/config"

/** Their servers are embedded ones, whatever `SLUICE_TEST_DATABASE_URL` says, so nothing is learned about that server. */
const WITH_OWN_SERVER = [
  "test/claim/lock-table-full.long.test.ts",
  "test/connections/bare-pool.long.test.ts",
  "test/reap/server-restart.long.test.ts",
  "test/session/standby.long.test.ts",
  "test/wake/full-notify-queue.long.test.ts",
]

/** They change state of the process or of a module that no later file may see, mock modules, or count child processes. */
const ALONE = [
  "test/executors/{bundle,lambda.long,thread.long,thread-*}.test.ts",
  "test/idle/scheduler-api.test.ts",
  "test/jobs/webhook-*.test.ts",
  "test/local/**/*.test.ts",
  "test/neon/**/*.test.ts",
  "test/session/type-parsers.test.ts",
  "test/telemetry/opentelemetry.long.test.ts",
]

/** Files that take several seconds: `npm test` leaves them to `npm run test:long`. */
const LONG = ["test/**/*.long.test.ts"]

const excluded = [
  ...configDefaults.exclude,
  ...(process.env.SLUICE_TEST_DATABASE_URL ? WITH_OWN_SERVER : []),
  ...(process.env.SLUICE_TESTS === "short" ? LONG : []),
]

// Where Node keeps modules that it has compiled or stripped of types, for the workers and the processes that tests start.
const environment = { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/node") }

// Most files share a worker with others, one after the other, so that what they import is loaded once. Of each project
// Vitest runs the files first that took longest the last time.
export default defineConfig({
  test: {
    globalSetup: ["test/support/global-setup.ts"],
    // as many as CI has cores: more of them only upset the tests that measure time
    maxWorkers: 2,
    projects: [
      project("alone", { include: ALONE, exclude: excluded }),
      project("shared", { include: ["test/**/*.test.ts"], exclude: [...excluded, ...ALONE], isolate: false }),
    ],
  },
})

function project(name: string, test: TestProjectInlineConfiguration["test"]): TestProjectInlineConfiguration {
  return { test: { name, env: environment, testTimeout: 60_000, hookTimeout: 60_000, ...test } }
}
