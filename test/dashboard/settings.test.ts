import { createSluice } from "@sluice/core"
import { createDashboard, type DashboardOptions } from "@sluice/http/dashboard"
import { expect, test } from "vitest"

const sluice = createSluice({ database: { query: async () => ({ rows: [], rowCount: 0 }) } })

test.each<[object, string]>([
  [{ jsonSchema: {} }, "jsonSchema is no function; give one that returns the JSON Schema of an input schema"],
  [
    { idle: {} },
    "idle has no snapshots to read and write; give true, or { snapshots: createSnapshotStore(…) }",
  ],
  [{ idle: { snapshots: { read() {} } } }, "idle has no snapshots to read and write"],
  [{ trustedProxies: true }, "trustedProxies is true; give a number from 0 to 20"],
  [{ basePath: "dashboard" }, 'basePath is "dashboard"; give a path such as "/dashboard"'],
])("createDashboard refuses %j, and says what to give", (options, message) => {
  const apiKey = "a key that is long enough"
  expect(() => createDashboard({ sluice, apiKey, ...options } as DashboardOptions)).toThrow(message)
})
