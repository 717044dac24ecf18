// Lets Node run the pages of the dashboard from their sources, which are JSX: `node --import`. What is published is built.
import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { fileURLToPath } from "node:url"
import { transformSync } from "esbuild"

const JSX = { loader: "tsx", jsx: "automatic", jsxImportSource: "hono/jsx" }

registerHooks({
  load(url, context, next) {
    if (!url.endsWith(".tsx")) return next(url, context)
    const { code } = transformSync(readFileSync(fileURLToPath(url), "utf8"), JSX)
    return { format: "module", source: code, shortCircuit: true }
  },
})
