import { readFileSync } from "node:fs"
import { basename, join, relative } from "node:path"
import ts from "typescript"
import { expect, test } from "vitest"
import { preparePlatform } from "../sst/platform.ts"
import { type Block, checkedBlocks, placeOf, ROOT } from "./pages.ts"

const STAND_INS = join(import.meta.dirname, "fixtures/stand-ins.ts")
/** What SST writes into an app at deploy: the types of its linked resources. */
const LINKED_RESOURCES = join(ROOT, "examples/hono/sst-env.d.ts")

const blocks = checkedBlocks("ts", "tsx")
const isOfSst = ({ marks, file }: Block) => marks.includes("sst") || file === "sst.config.ts"
const prepared = await preparePlatform()

test("each TypeScript block compiles against the packages, with stand-ins for the reader's own code", () => {
  const options = { ...optionsOf("tsconfig.json"), noUnusedLocals: false, noUnusedParameters: false }
  const sources = asFiles(blocks.filter((block) => !isOfSst(block)))
  expect(faults(sources, options, [LINKED_RESOURCES])).toEqual([])
})

test.skipIf(!prepared)("each block of an sst.config.ts compiles with SST's types", () => {
  const sources = blocks.filter(isOfSst).map((block) => toSource(block, `${nameOf(block)}.config.ts`))
  const reference = '/// <reference path="./.sst/platform/config.d.ts" />'
  const inRun = sources.map(({ path, text, block }) => ({
    block,
    path: join(ROOT, `docs-${basename(path)}`), // beside .sst/
    text: text.startsWith("/// <reference") ? text : `${reference}\n${text}`,
    lineOffset: text.startsWith("/// <reference") ? 0 : 1,
  }))
  expect(faults(inRun, optionsOf("test/sst/tsconfig.json"), [])).toEqual([])
})

interface Source {
  readonly block: Block
  readonly path: string
  readonly text: string
  /** Lines before the block's own. */
  readonly lineOffset?: number
}

/** The blocks of a page share a folder. A page finds the README's files there if it has none of that name. */
function asFiles(blocks: Block[]): Source[] {
  const named = blocks.filter(({ page, file }) => page === "README.md" && file)
  const pages = [...new Set(blocks.map(({ page }) => page))]
  return pages.flatMap((page) => {
    const own = blocks.filter((block) => block.page === page)
    const borrowed = named.filter(({ file }) => !own.some((block) => block.file === file))
    return [...own, ...borrowed].map((block) => toSource(block, folderOf(page, block)))
  })
}

function folderOf(page: string, block: Block): string {
  return join(import.meta.dirname, "pages", page.replaceAll(/\W/g, "-"), block.file ?? `${nameOf(block)}.ts`)
}

function nameOf({ page, line }: Block): string {
  return `${page.replaceAll(/\W/g, "-")}-${line}`
}

/** Stand-ins are imported on the block's first line, so that the numbers of lines stay. A file has to stand by itself. */
function toSource(block: Block, path: string): Source {
  if (block.file) return { block, path, text: `${block.text}\nexport {}` }
  const declared = declaredNames(block.text)
  const missing = standIns().filter((name) => !declared.has(name) && block.text.includes(name))
  const imports = block.marks.includes("sst") ? "" : `import { ${missing.join(", ")} } from "${STAND_INS}"; `
  return { block, path, text: `${imports}${block.text}\nexport {}` }
}

function standIns(): string[] {
  const text = readFileSync(STAND_INS, "utf8")
  return [...text.matchAll(/^export declare (?:const|function) (\w+)/gm)].map(([, name = ""]) => name)
}

/** What a block imports or declares at its top level. */
function declaredNames(text: string): Set<string> {
  const names = new Set<string>()
  for (const statement of ts.createSourceFile("block.ts", text, ts.ScriptTarget.ESNext).statements) {
    ts.forEachChild(statement, function collect(node): void {
      const { name } = node as Partial<ts.NamedDeclaration>
      if (name && ts.isIdentifier(name) && !ts.isPropertyAssignment(node)) names.add(name.text)
      if (ts.isFunctionLike(node) || ts.isExpression(node)) return
      ts.forEachChild(node, collect)
    })
    const { name } = statement as Partial<ts.NamedDeclaration>
    if (name && ts.isIdentifier(name)) names.add(name.text)
  }
  return names
}

function optionsOf(tsconfig: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, tsconfig), ts.sys.readFile)
  const folder = join(ROOT, tsconfig, "..")
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, folder).options
}

/** What the compiler says about these sources, which aren't on disk. */
function faults(sources: Source[], options: ts.CompilerOptions, others: string[]): string[] {
  const virtual = new Map(sources.map((source) => [source.path, source]))
  const folders = new Set(sources.map(({ path }) => join(path, "..")))
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists, directoryExists } = host
  host.readFile = (path) => virtual.get(path)?.text ?? readFile(path)
  host.fileExists = (path) => virtual.has(path) || fileExists(path)
  host.directoryExists = (path) => folders.has(path) || (directoryExists?.(path) ?? true)

  const program = ts.createProgram([...virtual.keys(), ...others], options, host)
  return program.getSourceFiles().flatMap((file) => {
    const source = virtual.get(file.fileName)
    if (!source) return []
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    return found.map(({ start = 0, messageText }) => {
      const line = file.getLineAndCharacterOfPosition(start).line - (source.lineOffset ?? 0)
      const place = placeOf({ ...source.block, line: source.block.line + line })
      return `${place} ${ts.flattenDiagnosticMessageText(messageText, " ")}`
    })
  })
}

test("the compiler's checks cover the pages' files", () => {
  const names = blocks.map(({ file }) => file)
  expect(names).toEqual(expect.arrayContaining(["jobs.ts", "queue.ts", "sst.config.ts"]))
  expect(relative(ROOT, STAND_INS)).toBe("test/docs/fixtures/stand-ins.ts")
})
