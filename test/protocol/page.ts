import { read } from "../support/sources.ts"

/** What docs/protocol.md says, in the parts that tests hold against the code. */

const PAGE = read("docs/protocol.md")

export interface Transition {
  readonly from: string
  readonly to: string
  /** The SQL functions that make it. */
  readonly functions: readonly string[]
}

/** The arrows of the state diagram; `[*]` is no row. */
export const TRANSITIONS: readonly Transition[] = [...PAGE.matchAll(/^ {2}(\S+) --> (\S+) : (.+)$/gm)].map(
  ([, from, to, functions]) => ({ from: text(from), to: text(to), functions: text(functions).split(", ") }),
)

export interface State {
  readonly name: string
  readonly table: string
  readonly publicName: string
}

export const STATES: readonly State[] = rowsOf("state").map(([name, table, publicName]) => ({
  name: inCode(name)[0] as string,
  table: inCode(table)[0] as string,
  publicName: inCode(publicName)[0] as string,
}))

/** A way in which advisory locks of one kind are held. */
export interface Lock {
  /** `job`, or the kind that `lock_space` is given. */
  readonly kind: string
  /** As `session, exclusive`. */
  readonly mode: string
  readonly takenBy: readonly string[]
  readonly releasedBy: readonly string[]
}

export const LOCKS: readonly Lock[] = rowsOf("lock").map(([lock, , mode, takenBy, releasedBy]) => ({
  kind: /lock_space\('(.+)'\)/.exec(text(lock))?.[1] ?? "job",
  mode: text(mode),
  takenBy: inCode(takenBy),
  releasedBy: inCode(releasedBy),
}))

export interface Race {
  readonly name: string
  /** The test that fails without the guard. */
  readonly path: string
  /** As it is in the file, with placeholders. */
  readonly title: string
}

export const RACES: readonly Race[] = [
  ...PAGE.matchAll(/^\*\*(.+?)\.\*\* (?:.|\n(?!\n))*?\n- Test: `(.+)`: "(.+)"$/gm),
].map(([, name, path, title]) => ({ name: text(name), path: text(path), title: text(title) }))

/** How many races have a heading, whether or not their entry could be read. */
export const NUMBER_OF_RACES = [...PAGE.slice(PAGE.indexOf("## 7.")).matchAll(/^\*\*.+?\.\*\* /gm)].length

/** Everything on the page that is set as code, but for the diagram. */
export const CODE: readonly string[] = inCode(PAGE.replace(/```[\s\S]*?```/g, ""))

/** The cells of a table, below the header whose first cell this is. */
function rowsOf(firstCell: string): string[][] {
  const table = PAGE.slice(PAGE.indexOf(`\n| ${firstCell} |`) + 1).split("\n\n")[0] as string
  return table
    .split("\n")
    .slice(2)
    .map((row) => row.split("|").slice(1, -1))
}

function inCode(cell: string | undefined): string[] {
  return [...text(cell).matchAll(/`([^`]+)`/g)].map(([, code]) => text(code))
}

function text(found: string | undefined): string {
  return (found ?? "").trim()
}
