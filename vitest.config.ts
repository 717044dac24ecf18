import { configDefaults, defineConfig } from "vitest/config"

/** Their servers are embedded ones, whatever `SLUICE_TEST_DATABASE_URL` says, so nothing is learned about that server. */
const WITH_OWN_SERVER = [
  "test/claim/lock-table-full.test.ts",
  "test/reap/server-restart.test.ts",
  "test/session/standby.test.ts",
]

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(process.env.SLUICE_TEST_DATABASE_URL ? WITH_OWN_SERVER : [])],
    globalSetup: ["test/support/global-setup.ts"],
    // two files at a time: each starts processes of its own, and CI has two cores
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
