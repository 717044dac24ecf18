import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { ROOT } from "./pages.ts"

const PAGE = join(ROOT, "docs/command-line.md")
const BLOCK = /(?<=<!-- help -->\n).*(?=<!-- \/help -->)/s

/** `SLUICE_WRITE_HELP=1 npm test -- test/docs/command-line.long.test.ts` writes it. */
test("the page of the command line has the help of every command", async () => {
  const page = readFileSync(PAGE, "utf8")
  const help = await helpOfAll()
  if (process.env.SLUICE_WRITE_HELP)
    writeFileSync(
      PAGE,
      page.replace(BLOCK, () => help),
    )
  expect(readFileSync(PAGE, "utf8").match(BLOCK)?.[0]).toBe(help)
}, 240_000)

async function helpOfAll(): Promise<string> {
  const top = await helpOf()
  const below = await Promise.all(commandsIn(top).map(helpWithVerbs))
  return `\`\`\`text\n${[top, ...below.flat()].join("\n")}\`\`\`\n`
}

/** The help of a command, and of the verbs that it lists. */
async function helpWithVerbs(command: string): Promise<string[]> {
  const help = await helpOf(command)
  return [help, ...(await Promise.all(commandsIn(help).map((verb) => helpOf(command, verb))))]
}

async function helpOf(...words: string[]): Promise<string> {
  const { code, output } = await runSluice("help", ...words)
  expect(code).toBe(0)
  return output
}

/** The lists of commands stand between the options and the examples. */
function commandsIn(help: string): string[] {
  const lists = help.split(/^ {2}-h, --help.*$/m)[1]?.split(/^Examples:$/m)[0] ?? ""
  return [...lists.matchAll(/^ {2}([a-z-]+) /gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help")
}
