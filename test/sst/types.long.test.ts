import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import ts from "typescript"
import { expect, test } from "vitest"
import { preparePlatform, ROOT } from "./platform.ts"

const prepared = await preparePlatform()

test.skipIf(!prepared)(
  "sst.config.ts, the component and the example have SST's types, and what hasn't is refused",
  () => {
    const config = join(ROOT, "sst.config.ts")
    const wrong = {
      "a schedule without a unit of its kind": [
        'enqueue: "functions/enqueue.handler"',
        'schedule: "every minute"',
      ],
      "a timeout that is a number": [
        'drain: "functions/drain.handler"',
        'drain: { handler: "a.handler", timeout: 900 }',
      ],
      "a setting that functions don't have": [
        'drain: "functions/drain.handler"',
        'drain: { handler: "a.handler", retries: 2 }',
      ],
      "an option that is misspelled": ['enqueue: "functions/enqueue.handler"', "maxDrainer: 3"],
      "a schedule that ends": ['enqueue: "functions/enqueue.handler"', 'schedule: "at(2030-01-01T00:00:00)"'],
      "a runtime that isn't Node.js": [
        'drain: "functions/drain.handler"',
        'drain: { handler: "a.handler", runtime: "python3.13" }',
      ],
      "a database of another kind": ["new sst.Secret(", "new sst.aws.Bucket("],
      "a duration in words": ['enqueue: "functions/enqueue.handler"', 'retention: "30 days"'],
      "a function without a handler": ['drain: "functions/drain.handler"', "drain: {}"],
      "a function that isn't there": ["new sst.Secret(", "new sst.Secrets("],
    } as const
    const source = readFileSync(config, "utf8")
    const planted = Object.values(wrong).map(([good, bad], place): [string, string] => {
      expect(source).toContain(good)
      return [join(ROOT, `planted-${place}.config.ts`), source.replace(good, bad)]
    })

    const faults = check(new Map(planted))

    expect(faults.get("")).toBeUndefined()
    const files = planted.map(([path]) => relative(ROOT, path))
    expect([...faults.keys()].toSorted()).toEqual(files)
    expect(faults.get("planted-0.config.ts")?.join()).toContain(`"every minute"' is not assignable to type`)
  },
  180_000, // the compiler reads all of SST's and Pulumi's types
)

/**
 * Errors by file, of test/sst/tsconfig.json and of files that aren't on disk. SST's own sources pass as well, as
 * `tsc -p test/sst` shows; that takes longer.
 */
function check(virtual: ReadonlyMap<string, string>): Map<string, string[]> {
  const tsconfig = join(import.meta.dirname, "tsconfig.json")
  const { config } = ts.readConfigFile(tsconfig, ts.sys.readFile)
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, import.meta.dirname)
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists } = host
  host.readFile = (path) => virtual.get(path) ?? readFile(path)
  host.fileExists = (path) => virtual.has(path) || fileExists(path)

  const faults = new Map<string, string[]>()
  const program = ts.createProgram([...fileNames, ...virtual.keys()], options, host)
  const own = program.getSourceFiles().filter(({ fileName }) => !/node_modules|\.sst\//.test(fileName))
  const found = own.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ])
  for (const { file, messageText } of [...program.getOptionsDiagnostics(), ...found]) {
    const path = file ? relative(ROOT, file.fileName) : ""
    faults.set(path, [...(faults.get(path) ?? []), ts.flattenDiagnosticMessageText(messageText, "\n")])
  }
  return faults
}
