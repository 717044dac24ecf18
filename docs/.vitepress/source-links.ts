import { dirname, join, normalize } from "node:path"
import type { MarkdownRenderer } from "vitepress"

/** Files that pages link to and that are part of the site as they are. */
export const SERVED = ["docs/grants.sql", "docs/grafana/sluice.json", "docs/benchmarks/index.html"]

/** Where the repository's other files can be seen, such as `https://…/blob/main`. Without it, only their names are shown. */
const repository = process.env.SLUICE_REPOSITORY_URL

/** Pages are written for the repository: what their links mean there is translated to what the site has. */
export function sourceLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.before("normalize", "without_comments", (state) => {
    state.src = state.src.replace(/<!--[\s\S]*?-->/g, "")
  })
  markdown.core.ruler.push("source_links", (state) => {
    const page: string = state.env.relativePath ?? "index.md"
    for (const { children } of state.tokens) {
      const open: boolean[] = []
      for (const token of children ?? []) {
        if (token.type === "link_open") open.push(translate(token, page))
        if (token.type === "link_close" && open.pop() === false) unlink(token)
      }
    }
  })
}

type Token = ReturnType<MarkdownRenderer["parse"]>[number]

/** Returns false if the link leads nowhere on the site. */
function translate(token: Token, page: string): boolean {
  const href = token.attrGet("href") ?? ""
  if (token.attrGet("class")?.includes("header-anchor")) return true
  // typedoc numbers headings otherwise than the site does: the first of a name has its anchor without a number.
  if (page.startsWith("docs/reference/typescript/"))
    return retarget(token, href.replace(/(#[a-z]+)-1$/, "$1"))
  if (/^([a-z]+:|#|\/)/.test(href)) return true
  const [path = "", anchor] = href.split("#")
  const file = normalize(join(dirname(page), path)).replace(/\/$/, "")
  if (file === "README.md") return retarget(token, anchor ? `/#${anchor}` : "/")
  if (file.endsWith(".md")) return true
  if (SERVED.includes(file)) {
    token.attrSet("target", "_self")
    return retarget(token, `/${file}`)
  }
  if (repository) return retarget(token, `${repository}/${file}`)
  unlink(token)
  return false
}

function retarget(token: Token, href: string): true {
  token.attrSet("href", href)
  return true
}

/** The text of the link remains. */
function unlink(token: Token): void {
  token.tag = "span"
  token.attrs = null
}
