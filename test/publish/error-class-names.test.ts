import { expect, test } from "vitest"
import { filesOf, read } from "../support/sources.ts"

const FOLDERS = [
  "packages/core/src",
  "packages/aws/src",
  "packages/http/src",
  "packages/cli/src",
  "functions",
]
/** Up to its closing brace. */
const ERROR_CLASS =
  /^(?:export )?class (\w+) extends (?:\w*Error|Discard|RetryAfter|Snooze) \{(?:\}|.*?^\})/gms
const LITERAL_NAME = /\bname(?:: string)? = "\w+"/

test("every error class of what is published or deployed spells out its name, which minifiers change", () => {
  const sources = FOLDERS.flatMap((folder) => filesOf(folder, ".ts")).map(read)
  const classes = sources.flatMap((source) => [...source.matchAll(ERROR_CLASS)])
  const nameless = classes.flatMap(([text, name]) => (LITERAL_NAME.test(text) ? [] : [name]))
  expect(classes.map(([, name]) => name)).toEqual(
    expect.arrayContaining(["SluiceError", "Discard", "NotNowError", "AddressRefusedError", "ProblemError"]),
  )
  expect(nameless).toEqual([])
})
