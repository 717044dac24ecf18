import { execFile, spawnSync } from "node:child_process"
import { promisify } from "node:util"
import { createSluice, defineJob } from "@sluice/core"
import { afterAll, expect, test } from "vitest"
import { jobs } from "../../functions/jobs/index.ts"
import { openApi } from "../http/api.ts"
import { createDatabase } from "../support/database.ts"
import { checkedBlocks, placeOf } from "./pages.ts"

const hasCurl = spawnSync("curl", ["--version"]).status === 0
const blocks = checkedBlocks("sh").filter(({ marks }) => marks.includes("http"))

const { pool } = await createDatabase()
const welcome = defineJob({ name: "welcome", perform() {} })
const api = await openApi({ sluice: createSluice({ database: pool, jobs: [...jobs, welcome] }) })
afterAll(api.close)

test("requests are shown on several pages", () => {
  expect(blocks.length).toBeGreaterThan(2)
})

test.skipIf(!hasCurl).each(blocks.map((block) => [placeOf(block), block.text]))(
  "the requests at %s are accepted by the API",
  async (_place, text) => {
    const requests = text.replace(/^export KEY=.*$/m, "").replaceAll("http://127.0.0.1:3000", api.url)
    const script = `set -e\ncurl() { command curl --silent --show-error --fail-with-body "$@"; }\n${requests}`
    const env = { ...process.env, KEY: api.key, SLUICE_API_KEY: api.key, URL: api.url }

    const { stdout } = await promisify(execFile)("bash", ["-c", script], { env })

    expect(stdout).toMatch(/"(id|matched)":/)
  },
)
