import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { EXIT } from "../exit.ts"
import { UsageError } from "../option-spec.ts"
import type { Options } from "../options.ts"
import { confirm } from "../output/confirm.ts"
import { counted, printJson, type Style, styled } from "../output/terminal.ts"
import { type Change, type Plan, planFor } from "./plan.ts"
import { type Project, readProject } from "./project.ts"

type Given = Partial<Pick<Options, "dryRun" | "yes" | "skipInstall" | "json">>

/** Adds a queue to the project in this folder: a first job, the functions, the packages. Files that are there are left. */
export async function init({ dryRun, yes, skipInstall, json }: Given): Promise<number> {
  const project = readProject(process.cwd())
  const plan = planFor(project)
  const installs = skipInstall ? [] : plan.installs
  if (!json) console.log(described(project, plan, installs))
  if (dryRun) {
    if (json) printJson(result(project, plan, []))
    return 0
  }
  if (!yes && !(await confirm("Go ahead?"))) {
    console.error("Nothing was changed.")
    return EXIT.unchanged
  }
  await write(project, plan.changes)
  const failed = await firstFailed(project, installs)
  if (json) printJson(result(project, plan, failed ? [failed] : []))
  else console.log(`\n${afterwards(plan, skipInstall ? plan.installs : [])}`)
  if (!failed) return 0
  console.error(
    `sluice: ${failed.join(" ")} failed, see above: run it again, and the commands above then work`,
  )
  return EXIT.unchanged
}

function described(project: Project, { changes, byHand }: Plan, installs: Plan["installs"]): string {
  const { framework, hasSst, hasTypeScript, manager } = project
  const kind = { next: "Next.js", hono: "Hono", node: "Node" }[framework]
  const language = hasTypeScript ? "TypeScript" : "JavaScript"
  const found = `${project.isNew ? "A new project" : "Found"}: ${[kind, ...(hasSst ? ["SST"] : []), language, manager].join(", ")}`
  const lines = changes.flatMap(lineOf)
  const commands = installs.map((words) => `  ${styled("run   ", "cyan")}  ${words.join(" ")}`)
  const pasted = byHand.flatMap(({ where, text }) => ["", `Add this to ${where}:`, "", ...indented(text)])
  return [found, "", ...lines, ...commands, ...pasted].join("\n")
}

const STYLES: Readonly<Record<Change["action"], Style>> = { create: "green", change: "yellow", keep: "dim" }

function lineOf({ path, action, text, added }: Change): string[] {
  const what = {
    create: counted(text.split("\n").length - 1, "line"),
    change: "",
    keep: "is there, and is left as it is",
  }
  const line = `  ${styled(action.padEnd(6), STYLES[action])}  ${path}${what[action] && `  ${styled(what[action], "dim")}`}`
  return [line, ...(added ?? []).map((one) => `          ${styled(`+ ${one}`, "green")}`)]
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => `  ${line}`)
}

async function write({ folder }: Project, changes: readonly Change[]): Promise<void> {
  for (const { path, action, text } of changes) {
    if (action === "keep") continue
    const file = join(folder, path)
    try {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text, { flag: action === "create" ? "wx" : "w" }) // never over a file that came meanwhile
    } catch (cause) {
      throw new UsageError(
        `${path} can't be written: ${(cause as Error).message}. Mend that and run it again: what is written already stays`,
        { cause },
      )
    }
  }
}

/** Runs the commands one after the other. Their output is not ours: with `--json` only one may be on the standard output. */
async function firstFailed(
  { folder }: Project,
  commands: readonly (readonly string[])[],
): Promise<readonly string[] | undefined> {
  for (const command of commands) {
    const [program = "", ...args] = command
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", 2, 2] })
    const code = await once(child, "exit").then(
      ([code]) => code,
      () => undefined, // there is no such program
    )
    if (code !== 0) return command
  }
  return undefined
}

function afterwards({ next }: Plan, toInstall: Plan["installs"]): string {
  const commands = [...toInstall.map((words) => words.join(" ")), ...next]
  return `Next:\n\n${commands.map((command) => `  ${command}`).join("\n")}`
}

function result(
  { framework, hasSst, hasTypeScript, manager }: Project,
  plan: Plan,
  failed: Plan["installs"],
) {
  const changes = plan.changes.map(({ path, action, added }) => ({ path, action, ...(added && { added }) }))
  const project = { framework, sst: hasSst, typescript: hasTypeScript, packageManager: manager }
  return { project, ...plan, changes, failed }
}
