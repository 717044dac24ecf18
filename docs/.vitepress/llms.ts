import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { NAVIGATION } from "./navigation.ts"

const ROOT = join(import.meta.dirname, "../..")

/** For language models: `llms.txt` lists the pages with what each is about, and `llms-full.txt` has their whole texts. */
export async function writeLlmsTexts(folder: string): Promise<void> {
  const lists: string[] = []
  const texts: string[] = []
  for (const { text, items } of NAVIGATION) {
    const entries: string[] = []
    for (const { text: name, link } of items) {
      const file = fileOf(link)
      const markdown = await readFile(join(ROOT, file), "utf8")
      entries.push(
        `- [${name}](${link === "/" ? "/index.html" : addressOf(link)}): ${firstSentence(markdown)}`,
      )
      if (!link.startsWith("/docs/reference/typescript"))
        texts.push(`<!-- ${file} -->\n\n${markdown.trim()}\n`)
    }
    lists.push(`## ${text}\n\n${entries.join("\n")}\n`)
  }
  const promise = firstParagraph(await readFile(join(ROOT, "README.md"), "utf8"))
  const head = `# Sluice\n\n> ${promise}\n\nThe whole manual in one file: [llms-full.txt](/llms-full.txt)\n`
  await writeFile(join(folder, "llms.txt"), `${head}\n${lists.join("\n")}`)
  await writeFile(join(folder, "llms-full.txt"), texts.join("\n"))
}

/** The page of the repository behind an address of the site. */
export function fileOf(link: string): string {
  if (link === "/") return "README.md"
  return link.endsWith("/") ? `${link.slice(1)}index.md` : `${link.slice(1)}.md`
}

function addressOf(link: string): string {
  return link.endsWith("/") ? `${link}index.html` : `${link}.html`
}

function firstSentence(markdown: string): string {
  return /^.*?[.:](?=\s|$)/.exec(firstParagraph(markdown))?.[0].replace(/:$/, ".") ?? "Made from the code."
}

/** Below the title, on one line, without links. */
function firstParagraph(markdown: string): string {
  const paragraphs = markdown.replace(/<!--[\s\S]*?-->/g, "").split(/\n\s*\n/)
  const first = paragraphs.find((paragraph) => /^\s*[A-Za-z`]/.test(paragraph)) ?? ""
  return first
    .trim()
    .replace(/\s+/g, " ")
    .replace(/\[([^\]]+)\]\([^)]+\)/g, "$1")
}
