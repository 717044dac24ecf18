import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "esbuild"
import { expect, test } from "vitest"
import { resultOf } from "../../packages/core/src/executor.ts"
import { Discard } from "../../packages/core/src/index.ts"
import { ROOT, temporaryDirectory } from "../local/support.ts"

test("an app whose bundle has lost its class names still says discard", async () => {
  const outfile = join(await temporaryDirectory(), "app.mjs")
  const contents = `
    import { Discard } from "@sluice/core"
    import { answerTo } from "@sluice/core/executor"
    const jobs = [{ name: "job", perform() { throw new Discard("unsubscribed") } }]
    export const className = Discard.name
    const event = { name: "job", deadlineAt: new Date() }
    export const answer = await answerTo(jobs, event, { signal: new AbortController().signal, log: console })`
  await build({
    ...{ stdin: { contents, resolveDir: join(ROOT, "packages/http") }, outfile },
    ...{ bundle: true, minify: true, platform: "node", format: "esm" },
  })
  const { className, answer } = await import(pathToFileURL(outfile).href)
  expect(className).not.toBe("Discard")
  expect(() => resultOf(answer, "the app", console)).toThrow(Discard)
})
