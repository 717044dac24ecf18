// `npm run snapshot`: keeps the state that is being released, for the tests of this folder. Run it once a release.
import { cp, rm } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

await rm(at("last-state"), { recursive: true, force: true })
await cp(at("../../migrations"), at("last-state/migrations"), { recursive: true })
await build({
  entryPoints: [at("last-drainer.ts")],
  outfile: at("last-state/drainer.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  minify: true,
  legalComments: "none",
  external: ["pg"],
})
