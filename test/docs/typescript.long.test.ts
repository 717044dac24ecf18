import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import ts from "typescript"
import { expect, test, vi } from "vitest"
import { preparePlatform } from "../sst/platform.ts"
import { type Block, checkedBlocks, placeOf, ROOT } from "./pages.ts"

vi.setConfig({ testTimeout: 240_000 }) // each test compiles all pages

// The pages' files are checked where they would be, in a folder for each page, without being written to the disk.
const FOLDER = join(import.meta.dirname, "pages")
const STAND_INS = join(import.meta.dirname, "fixtures/stand-ins.ts")
/** What SST writes into an app at deploy: the types of its linked resources. */
const LINKED_RESOURCES = [
  join(ROOT, "examples/hono/sst-env.d.ts"),
  join(import.meta.dirname, "fixtures/sst-env.d.ts"),
]

const blocks = checkedBlocks("ts")
const inSst = blocks.filter(({ marks, file }) => marks.includes("sst") || file === "sst.config.ts")
const inApps = blocks.filter((block) => !inSst.includes(block))
const inNext = inApps.filter(({ page, file }) => page === "docs/nextjs.md" && file)
const prepared = await preparePlatform()

test("each file that a page shows compiles against the packages, with nothing but the page's other files", () => {
  const files = inApps.filter((block) => block.file && !inNext.includes(block))
  expect(files.map(({ file }) => file)).toEqual(expect.arrayContaining(["jobs.ts", "queue.ts", "worker.ts"]))
  expect(faults(toSources(files), appOptions(), LINKED_RESOURCES)).toEqual([])
})

test("each file of a Next.js app compiles with the options that Next.js writes into it", () => {
  expect(inNext.map(({ file }) => file)).toEqual(expect.arrayContaining(["app/api/perform/route.ts"]))
  const options = optionsOf("test/consumers/fixtures/next/tsconfig.json")
  expect(faults(toSources(inNext), { ...options, incremental: false }, [])).toEqual([])
})

test("each excerpt compiles, with stand-ins for the reader's own code", () => {
  const globals: Source = { path: join(FOLDER, "globals.ts"), text: globalStandIns() }
  expect(
    faults(
      [globals, ...toSources(inApps.filter((block) => !inNext.includes(block)))],
      appOptions(),
      LINKED_RESOURCES,
    ),
  ).toEqual([])
})

test.skipIf(!prepared)("each block of an sst.config.ts compiles with SST's types", () => {
  expect(inSst.length).toBeGreaterThan(1)
  const reference = '/// <reference path="./.sst/platform/config.d.ts" />'
  const sources = inSst.map((block, index): Source => {
    const prefix = block.text.includes(reference) ? "" : `${reference}\n`
    return { path: join(ROOT, `docs-${index}.config.ts`), text: `${prefix}${block.text}\nexport {}`, block }
  })
  expect(faults(sources, optionsOf("test/sst/tsconfig.json"), [])).toEqual([])
})

interface Source {
  readonly path: string
  readonly text: string
  /** Undefined for what is there only to be imported. */
  readonly block?: Block
}

/** A page finds the README's files in its folder if it has none of that name. */
function toSources(blocks: Block[]): Source[] {
  const ofReadme = blocks.filter(({ page, file }) => page === "README.md" && file)
  const pages = [...new Set(blocks.map(({ page }) => page))]
  return pages.flatMap((page) => {
    const own = blocks.filter((block) => block.page === page)
    const borrowed = ofReadme.filter(({ file }) => !own.some((block) => block.file === file))
    return [
      ...own.map((block) => ({ ...toSource(page, block), block })),
      ...borrowed.map((block) => toSource(page, block)),
    ]
  })
}

function toSource(page: string, { file, line, text }: Block): Source {
  const path = join(FOLDER, page.replaceAll("/", "-"), file ?? `line-${line}.ts`)
  return { path, text: `${text}\nexport {}` }
}

/** Makes the stand-ins known to all files of one compilation. A name that a block declares itself hides that one. */
function globalStandIns(): string {
  const names = [...readFileSync(STAND_INS, "utf8").matchAll(/^export declare (?:const|function) (\w+)/gm)]
  const constants = names.map(([, name]) => `const ${name}: typeof standIns.${name}`)
  return `import type * as standIns from "../fixtures/stand-ins.ts"\ndeclare global {\n${constants.join("\n")}\n}`
}

function appOptions(): ts.CompilerOptions {
  return { ...optionsOf("tsconfig.json"), noUnusedLocals: false, noUnusedParameters: false }
}

function optionsOf(tsconfig: string): ts.CompilerOptions {
  const path = join(ROOT, tsconfig)
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  const withoutFiles = { ...ts.sys, readDirectory: () => [] }
  return ts.parseJsonConfigFileContent(config, withoutFiles, dirname(path)).options
}

/** What the compiler says about these sources, which aren't on the disk. */
function faults(sources: Source[], options: ts.CompilerOptions, others: string[]): string[] {
  const virtual = new Map(sources.map((source) => [source.path, source]))
  const folders = new Set(sources.map(({ path }) => dirname(path)))
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists, directoryExists } = host
  host.readFile = (path) => virtual.get(path)?.text ?? readFile(path)
  host.fileExists = (path) => virtual.has(path) || fileExists(path)
  host.directoryExists = (path) => folders.has(path) || directoryExists?.(path) !== false

  const program = ts.createProgram([...virtual.keys(), ...others], options, host)
  return sources.flatMap(({ path, text, block }) => {
    if (!block) return []
    const file = program.getSourceFile(path)
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    return found.map((diagnostic) => describe(diagnostic, text, block))
  })
}

function describe({ start = 0, messageText }: ts.Diagnostic, text: string, block: Block): string {
  const linesBefore = text.slice(0, text.indexOf(block.text)).split("\n").length - 1
  const line = text.slice(0, start).split("\n").length - 1 - linesBefore
  const message = ts.flattenDiagnosticMessageText(messageText, " ")
  return `${placeOf({ ...block, line: block.line + line })} ${message}`
}
