import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

export const ROOT = join(import.meta.dirname, "../..")

/** What users and contributors read. Decisions are records of their time, so their blocks aren't checked. */
export const PAGES = globSync(
  [
    "*.md",
    "docs/*.md",
    "docs/examples/*.md",
    "docs/migrate-from/*.md",
    "docs/start/*.md",
    "packages/*/README.md",
    "examples/*/README.md",
  ],
  {
    cwd: ROOT,
  },
).toSorted()

export interface Block {
  readonly page: string
  /** Of its first line of text. */
  readonly line: number
  readonly language: string
  /** What follows the language in the info string: `unchecked`, `sst`, … */
  readonly marks: readonly string[]
  /** The nearest heading above, without its level. */
  readonly section: string
  readonly text: string
  /** A block that starts with the comment `// jobs.ts` is that file. */
  readonly file: string | undefined
}

/** The fenced blocks of all pages, in order. */
export function readBlocks(): Block[] {
  return PAGES.flatMap((page) => blocksOf(page, readPage(page)))
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8")
}

/** The blocks of this language that are to be checked. */
export function checkedBlocks(...languages: string[]): Block[] {
  return readBlocks().filter(
    ({ language, marks }) => languages.includes(language) && !marks.includes("unchecked"),
  )
}

/** `README.md:12`, as editors open it. */
export function placeOf({ page, line }: Block): string {
  return `${page}:${line}`
}

const FENCE = /^( *)(`{3,})(.*)$/

function blocksOf(page: string, markdown: string): Block[] {
  const blocks: Block[] = []
  const lines = markdown.split("\n")
  let section = ""
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ""
    section = /^#+ (.*)/.exec(line)?.[1] ?? section
    const [, indent = "", fence, info = ""] = FENCE.exec(line) ?? []
    if (!fence) continue
    const end = lines.indexOf(indent + fence, at + 1)
    if (end === -1) throw new Error(`${page}:${at + 1}: this block isn't closed`)
    const text = lines.slice(at + 1, end).map((textLine) => textLine.slice(indent.length))
    const [language = "", ...marks] = info.trim().split(/\s+/)
    const file = /^\/\/ ([\w./-]+\.\w+)$/.exec(text[0] ?? "")?.[1]
    blocks.push({ page, line: at + 2, language, marks, section, text: text.join("\n"), file })
    at = end
  }
  return blocks
}
