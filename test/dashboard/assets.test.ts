import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, test } from "vitest"

const ROOT = join(import.meta.dirname, "../..")

test("the generated modules are those of the sources", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["packages/http/assets.ts", "--check"], {
    cwd: ROOT,
  })

  expect(stdout).toBe("")
})
