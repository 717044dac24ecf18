// Makes the modules that hold the dashboard's styles and browser scripts, so that any bundler takes them along:
// `npm run assets`. Each source has a module of its own, and branches that change different ones merge without conflicts.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const dashboard = fileURLToPath(new URL("src/dashboard", import.meta.url))
const generated = join(dashboard, "assets/generated")

/** What older browsers get: `light-dark()` and nested rules aren't rewritten for those before these. */
const TARGETS = ["chrome123", "firefox121", "safari17.5"]

/** The text of each generated module, by its file's name. */
async function buildAssets(): Promise<Map<string, string>> {
  const styles = await sourcesOf("styles", ".css")
  const scripts = await sourcesOf("browser", ".ts")
  const built = await Promise.all([
    ...styles.map(async (file) => [moduleOf(file, "css"), await bundle(file)] as const),
    ...scripts.map(async (file) => [moduleOf(file, "js"), await bundle(file)] as const),
  ])
  const modules = new Map(built.map(([name, text]) => [name, moduleText(text)]))
  return modules.set("index.ts", indexText(styles, scripts))
}

async function sourcesOf(folder: string, extension: string): Promise<string[]> {
  const files = await readdir(join(dashboard, folder))
  const sources = files.filter((file) => file.endsWith(extension)).sort()
  return sources.map((file) => join(dashboard, folder, file))
}

async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: TARGETS,
    legalComments: "inline",
    logLevel: "warning",
    tsconfigRaw: {},
  })
  return outputFiles.map(({ text }) => text).join("")
}

/** `jobs-css.ts`: the module of `styles/jobs.css`. */
function moduleOf(file: string, kind: "css" | "js"): string {
  return `${nameOf(file)}-${kind}.ts`
}

function nameOf(file: string): string {
  return basename(file).replace(/\.\w+$/, "")
}

function moduleText(text: string): string {
  return `// Made by \`npm run assets\`.\nexport default ${JSON.stringify(text)}\n`
}

/** The shell's styles come first, so that those of areas can change them. */
function indexText(styles: string[], scripts: string[]): string {
  const names = styles.map(nameOf).sort((a, b) => Number(b === "shell") - Number(a === "shell"))
  const scriptNames = scripts.map(nameOf)
  return [
    "// Made by `npm run assets`.",
    ...names.map((name) => `import ${variable(name, "Css")} from "./${name}-css.ts"`),
    ...scriptNames.map((name) => `import ${variable(name, "Js")} from "./${name}-js.ts"`),
    "",
    `export const styles: readonly string[] = [${names.map((name) => variable(name, "Css")).join(", ")}]`,
    "export const scripts: Readonly<Record<string, string>> = {",
    ...scriptNames.map((name) => `  ${JSON.stringify(name)}: ${variable(name, "Js")},`),
    "}",
    "",
  ].join("\n")
}

function variable(name: string, kind: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) + kind
}

const modules = await buildAssets()
if (process.argv.includes("--check")) await reportStale(modules)
else await writeAll(modules)

async function writeAll(modules: ReadonlyMap<string, string>): Promise<void> {
  await rm(generated, { recursive: true, force: true })
  await mkdir(generated, { recursive: true })
  for (const [name, text] of modules) await writeFile(join(generated, name), text)
  const bytes = [...modules.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  console.log(`${modules.size} modules, ${Math.round(bytes / 1024)} KB`)
}

/** Says which modules are not those of the sources. */
async function reportStale(modules: ReadonlyMap<string, string>): Promise<void> {
  const names = new Set([...modules.keys(), ...(await readdir(generated))])
  for (const name of names) {
    const there = await readFile(join(generated, name), "utf8").catch(() => undefined)
    if (there !== modules.get(name)) console.log(`${name} is stale: run npm run assets`)
  }
}
