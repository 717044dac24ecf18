import ts from "typescript"
import { expect, test } from "vitest"
import { filesOf, ROOT, read } from "../support/sources.ts"

/** The oldest version of Node that the packages run on, as README says. */
const OLDEST = /You need Node (\d+) or newer/.exec(read("README.md"))?.[1]
/** What that version has of JavaScript's library. */
const LIBRARY = ["es2023", "es2024.string"]

const PUBLISHED = ["core", "aws", "http", "cli", "client"].map((name) => `packages/${name}`)

/** What runs in SST and in browsers. */
const ELSEWHERE = ["packages/aws/src/sst/", "packages/http/src/dashboard/browser/"]

test("README, each published package and the build name the same oldest version of Node", () => {
  const ranges = [".", ...PUBLISHED].map((folder) => JSON.parse(read(`${folder}/package.json`)).engines.node)
  expect(new Set(ranges)).toEqual(new Set([`>=${OLDEST}`]))
  expect(read("tsdown.config.ts")).toContain(`target: "node${OLDEST}"`)
  expect(read("packages/local/setup.mjs")).toContain(`OLDEST_NODE = ${OLDEST}\n`)
})

test("the published packages use nothing of JavaScript's library that the oldest version lacks", () => {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, lib: LIBRARY }, ROOT)
  const files = PUBLISHED.flatMap((folder) => filesOf(`${folder}/src`, ".ts"))
  const own = files
    .filter((file) => !ELSEWHERE.some((folder) => file.startsWith(folder)))
    .map((file) => ROOT + file)
  const program = ts.createProgram(own, options)
  const missing = program
    .getSemanticDiagnostics()
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`)
  expect(missing).toEqual([])
})
