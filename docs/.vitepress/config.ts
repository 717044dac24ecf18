import { copyFile, mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { defineConfig } from "vitepress"
import { anchorOf } from "./anchors.ts"
import { writeLlmsTexts } from "./llms.ts"
import { NAVIGATION } from "./navigation.ts"
import { SERVED, sourceLinks } from "./source-links.ts"

const ROOT = join(import.meta.dirname, "../..")

// The pages are those of the repository, at the same paths, so that their links work in both. The README is the first page.
export default defineConfig({
  title: "Sluice",
  description:
    "A job queue for serverless apps, in TypeScript. Jobs live in the Postgres that your app already uses.",
  srcDir: "..",
  srcExclude: [
    "test/**",
    ".sst/**",
    ".sluice/**",
    ".ci/**",
    "functions/**",
    "migrations/**",
    "packages/*/dist/**",
  ],
  rewrites: { "README.md": "index.md" },
  cacheDir: "../node_modules/.cache/vitepress",
  base: process.env.SLUICE_DOCS_BASE ?? "/",
  cleanUrls: false,
  markdown: {
    html: false,
    attrs: { disable: true },
    anchor: { slugify: anchorOf },
    headers: { slugify: anchorOf },
    toc: { slugify: anchorOf },
    config: sourceLinks,
  },
  vite: { server: { watch: { ignored: ["**/.sst/**", "**/.sluice/**", "**/test/**"] } } },
  themeConfig: {
    nav: [
      { text: "Get started", link: "/docs/start/local" },
      { text: "Choose a job queue", link: "/docs/choose" },
      { text: "Command line", link: "/docs/command-line" },
    ],
    sidebar: NAVIGATION.map(({ text, items, collapsed }) => ({
      text,
      collapsed: collapsed ?? false,
      items: items.map((item) => ({ ...item })),
    })),
    outline: [2, 3],
    search: {
      provider: "local",
      options: {
        miniSearch: {
          searchOptions: {
            // A question finds what it is about, and not the pages with most of its small words.
            processTerm: (term: string) =>
              /^(a|an|and|are|can|do|does|for|how|i|in|is|it|my|of|on|or|the|to|what|when|where|why|with)$/i.test(
                term,
              )
                ? null
                : term.toLowerCase(),
            // Guides come before the names of every property, and before records of decisions.
            boostDocument: (address: string) =>
              /\/(reference|decisions)\/|CHANGELOG|CONTRIBUTING|docs\/(parity|protocol)/.test(address)
                ? 0.1
                : 1,
          },
        },
      },
    },
  },
  async buildEnd({ outDir }) {
    for (const file of SERVED) {
      await mkdir(dirname(join(outDir, file)), { recursive: true })
      await copyFile(join(ROOT, file), join(outDir, file))
    }
    await writeLlmsTexts(outDir)
  },
})
