// `npm run check:consumer`: compiles what the built packages export as an app does that has installed them: strict, with
// the declarations of the packages and of their dependencies checked, as `nodenext` and as `bundler` resolve them.
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import ts from "typescript"

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, { readonly types: string }>>
  readonly dependencies?: object
  readonly peerDependencies?: object
}

/** Its types are those that SST generates in an app; test/sst compiles it with them. */
const NEEDS_SST = "@sluice/aws/sst"

const RESOLUTIONS: readonly ts.CompilerOptions[] = [
  { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
]

const app = await createApp()
try {
  const manifests = await installPackages()
  const entries = manifests.flatMap(entriesOf).filter((entry) => entry !== NEEDS_SST)
  await writeFile(join(app, "exports.ts"), importEverything(entries))
  await cp(join(import.meta.dirname, "consumer-app.ts"), join(app, "app.ts"))
  const problems = [...RESOLUTIONS.flatMap(compile), ...(await undeclaredImports(manifests))]
  for (const problem of problems) console.log(problem)
  console.log(`${entries.length} entries, ${problems.length} problems`)
  process.exitCode = problems.length > 0 ? 1 : 0
} finally {
  await rm(app, { recursive: true })
}

/** Below node_modules, so that the dependencies are found, but not the sources of the packages. */
async function createApp(): Promise<string> {
  const parent = join(import.meta.dirname, "../node_modules/.cache")
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, "sluice-consumer-"))
  await writeFile(join(folder, "package.json"), `{ "type": "module" }`)
  return folder
}

async function installPackages(): Promise<Manifest[]> {
  const manifests: Manifest[] = []
  for await (const file of glob("packages/*/dist/package.json")) {
    const manifest: Manifest = JSON.parse(await readFile(file, "utf8"))
    if (!manifest.exports) continue
    await cp(dirname(file), join(app, "node_modules", manifest.name), { recursive: true })
    manifests.push(manifest)
  }
  return manifests
}

function entriesOf({ name, exports = {} }: Manifest): string[] {
  return Object.keys(exports).map((entry) => join(name, entry))
}

/** Exports each name of each entry again, so that none is missing or anonymous. */
function importEverything(entries: string[]): string {
  const probe = join(app, "probe.ts")
  ts.sys.writeFile(probe, entries.map((entry) => `import "${entry}"`).join("\n"))
  const program = programOf([probe], RESOLUTIONS[0] as ts.CompilerOptions)
  const checker = program.getTypeChecker()
  const imports = program.getSourceFile(probe)?.statements.filter(ts.isImportDeclaration) ?? []
  return imports
    .map(({ moduleSpecifier }, index) => {
      const symbol = checker.getSymbolAtLocation(moduleSpecifier)
      const names = (symbol ? checker.getExportsOfModule(symbol) : []).map(({ name }) => name)
      if (names.length === 0) throw new Error(`${moduleSpecifier.getText()} exports nothing`)
      return `export { ${names.map((name) => `${name} as ${name}_${index}`).join(", ")} } from ${moduleSpecifier.getText()}\n`
    })
    .join("")
}

function compile(resolution: ts.CompilerOptions): string[] {
  const program = programOf([join(app, "exports.ts"), join(app, "app.ts")], resolution)
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file && file.getLineAndCharacterOfPosition(start).line + 1
    return `${file?.fileName.replace(`${app}/`, "")}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`
  })
}

function programOf(files: string[], resolution: ts.CompilerOptions): ts.Program {
  return ts.createProgram(files, {
    ...resolution,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  })
}

/** Packages that declarations import, but whose package doesn't depend on them, nor on their types. */
async function undeclaredImports(manifests: Manifest[]): Promise<string[]> {
  const problems: string[] = []
  for (const { name, dependencies, peerDependencies } of manifests) {
    const declared = Object.keys({ ...dependencies, ...peerDependencies })
    for await (const file of glob(join(app, "node_modules", name, "lib/**/*.d.ts"))) {
      const { importedFiles } = ts.preProcessFile(await readFile(file, "utf8"))
      for (const { fileName } of importedFiles) {
        const wanted = packageOf(fileName)
        if (!wanted || wanted === name || declared.includes(wanted) || declared.includes(`@types/${wanted}`))
          continue
        problems.push(`${name}: ${basename(file)} imports types of ${wanted}, which is no dependency`)
      }
    }
  }
  return problems
}

/** Undefined for a file of the same package, or a module of Node. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return undefined
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
}
