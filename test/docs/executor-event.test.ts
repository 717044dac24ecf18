import { execFileSync, spawnSync } from "node:child_process"
import type { ExecutionEvent } from "@sluice/core/executor"
import { expect, test } from "vitest"
import { checkedBlocks } from "./pages.ts"

const [event = ""] = checkedBlocks("json").map(({ text }) => text)
const [handler = ""] = checkedBlocks("python").map(({ text }) => text)
const hasPython = spawnSync("python3", ["--version"]).status === 0

test("there is one block of JSON, an executor's event, and one of Python", () => {
  expect(checkedBlocks("json", "python").map(({ language }) => language)).toEqual(["json", "python"])
  expect(JSON.parse(event)).toMatchObject({
    id: "42",
    payload: { page: 7 },
  } satisfies Partial<ExecutionEvent>)
})

test.skipIf(!hasPython)("the Python handler returns a result for the event on its page", () => {
  const program = `import json\n${handler}\nprint(json.dumps(handler(json.loads(${JSON.stringify(event)}), None)))`
  const output = execFileSync("python3", ["-c", program], { encoding: "utf8" })
  expect(JSON.parse(output)).toEqual({ result: { page: 7, attempt: 1 } })
})
