import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as ownCore from "@sluice/core"
import {
  type AnyJobDefinition,
  InvalidInputError,
  type ScheduleDefinition,
  SluiceError,
  type SluiceOptions,
} from "@sluice/core"

export type Core = typeof ownCore

const TYPESCRIPT = [".ts", ".mts", ".cts", ".tsx"]

/** What a module exports: definitions of jobs, schedules of these, and options of `createSluice`. */
export interface JobsFile {
  readonly jobs: AnyJobDefinition[]
  readonly schedules: ScheduleDefinition[]
  readonly sluiceOptions: Pick<SluiceOptions, (typeof OPTIONS)[number]>
}

/** Those that say how the app's jobs are stored and performed. The others are the command's own. */
const OPTIONS = ["defaults", "payloads", "hooks", "instrumentation"] as const

/**
 * The job definitions and schedules that a module exports: one by one, in lists, or as the default export. And its export
 * `sluiceOptions`.
 *
 * @throws SluiceError `bad_jobs`: the file can't be loaded. The message has the stack of an error inside the file.
 * @throws InvalidInputError `no_jobs`, and `unknown_option` for what `sluiceOptions` can't have
 */
export async function loadJobs(file: string): Promise<JobsFile> {
  const module = await importFile(file)
  const exported = [...new Set(exportsOf(module))]
  const jobs = exported.filter(isDefinition)
  if (jobs.length > 0)
    return { jobs, schedules: exported.filter(isSchedule), sluiceOptions: optionsOf(module, file) }
  throw new InvalidInputError(
    "no_jobs",
    `${file} exports no job definition: export what defineJob returns, or a list of them`,
  )
}

/** The app's copy of core, found from the folder of its jobs file, or the CLI's own where the app has none. */
export async function loadCore(file: string): Promise<Core> {
  const path = findCore(file)
  return path === undefined ? ownCore : import(pathToFileURL(path).href)
}

function findCore(file: string): string | undefined {
  try {
    return createRequire(resolve(file)).resolve("@sluice/core")
  } catch {
    return undefined
  }
}

async function importFile(file: string): Promise<object> {
  const path = resolve(file)
  if (!existsSync(path)) throw new SluiceError("bad_jobs", `${file} can't be loaded: there is no such file`)
  if (TYPESCRIPT.includes(extname(path))) await registerTypeScript()
  try {
    return await import(pathToFileURL(path).href)
  } catch (cause) {
    const stack = (cause instanceof Error && cause.stack) || String(cause)
    throw new SluiceError("bad_jobs", `${file} can't be loaded: ${stack}`, { cause })
  }
}

/** Node alone loads TypeScript only from version 22.18, with the extension in each import. See decision 43. */
async function registerTypeScript(): Promise<void> {
  const [esm, commonjs] = await Promise.all([import("tsx/esm/api"), import("tsx/cjs/api")])
  commonjs.register()
  esm.register()
}

function optionsOf(module: object, file: string): JobsFile["sluiceOptions"] {
  const options = exportNamed("sluiceOptions", module)
  if (options === undefined) return {}
  const unknown = isPlainObject(options)
    ? Object.keys(options).find((key) => !(OPTIONS as readonly string[]).includes(key))
    : ""
  if (unknown === undefined) return options as JobsFile["sluiceOptions"]
  throw new InvalidInputError(
    "unknown_option",
    `sluiceOptions of ${file} ${unknown === "" ? "is no object" : `has ${JSON.stringify(unknown)}`}: give an object of ${OPTIONS.join(", ")}. The rest the command sets`,
    { path: ["sluiceOptions", ...(unknown ? [unknown] : [])] },
  )
}

function exportNamed(name: string, module: object): unknown {
  if (name in module) return module[name as never]
  return "default" in module && isPlainObject(module.default) ? module.default[name as never] : undefined
}

/** A CommonJS module has its exports as its default export. */
function exportsOf(module: object): unknown[] {
  const exported = Object.values(module)
  const fallback = "default" in module && isPlainObject(module.default) ? Object.values(module.default) : []
  return [...exported, ...fallback].flat()
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !isDefinition(value) && !isSchedule(value)
}

function isDefinition(value: unknown): value is AnyJobDefinition {
  return typeof value === "object" && value !== null && "name" in value && "enqueue" in value
}

function isSchedule(value: unknown): value is ScheduleDefinition {
  return (
    typeof value === "object" && value !== null && "job" in value && "settings" in value && "key" in value
  )
}
