import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { createClient } from "@sluice/client"
import { build } from "esbuild"
import { afterAll, expect, test } from "vitest"
import { useApi } from "../http/api.ts"

const api = await useApi()
const client = createClient({ url: api.url, key: api.key })

test.each(["@sluice/client", "@sluice/client/react"])("%s has less than 3 KB, gzipped", async (entry) => {
  const code = await bundle(`export * from "${entry}"`, ["react"])
  expect(gzipSync(code).length).toBeLessThan(3_000)
})

test("the client bundles without any module of Node, and without Sluice's core", async () => {
  const { metafile } = await build({
    stdin: { contents: `export * from "@sluice/client"`, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    metafile: true,
    platform: "browser",
    format: "esm",
  })
  const inputs = Object.keys(metafile.inputs).filter((path) => path !== "<stdin>")
  expect(inputs.filter((path) => !path.includes("packages/client/src/"))).toEqual([])
})

const page = `
  import { createElement, useState } from "react"
  import { createRoot } from "react-dom/client"
  import { useJob } from "@sluice/client/react"

  function Progress({ url, id, token }) {
    const { job, error } = useJob({ url, id, token })
    return createElement("output", null, error ? error.code : job ? job.state + " " + JSON.stringify(job.result) : "…")
  }
  function App() {
    const [shown, show] = useState(Object.fromEntries(new URLSearchParams(location.search)))
    window.show = show
    return shown.id ? createElement(Progress, shown) : null
  }
  createRoot(document.body).render(createElement(App))
`

const chromium = await findChromium()

test.skipIf(!chromium)("useJob shows a job in a browser, on a page of another origin", async () => {
  const script = await bundle(page)
  const pages = createServer((request, response) => {
    const isScript = request.url === "/app.js"
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html")
    response.end(
      isScript ? script : `<!doctype html><body></body><script type="module" src="/app.js"></script>`,
    )
  })
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve))
  const browser = await (chromium as NonNullable<typeof chromium>).launch()
  afterAll(async () => {
    await browser.close()
    pages.close()
  })
  const tab = await browser.newPage()
  const { id } = await client.enqueue("greet", { to: "Ada" })
  const { token } = await client.createJobToken(id)
  const query = new URLSearchParams({ url: api.url, id, token })
  await tab.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/?${query}`)
  await tab.getByText("ready null").waitFor()
  await api.drain()
  await tab.getByText('succeeded {"greeting":"Hello Ada"}').waitFor()

  await tab.evaluate((shown) => (globalThis as never as { show(shown: unknown): void }).show(shown), {
    url: api.url,
    id,
    token: "job_1_1_wrong",
  })
  await tab.getByText("wrong_token").waitFor()
})

async function bundle(contents: string, external: string[] = []): Promise<Buffer> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
    external,
  })
  return Buffer.from(outputFiles[0]?.contents ?? [])
}

/** Chromium of the system, or undefined where there is none. */
async function findChromium() {
  const { chromium } = await import("playwright-core")
  const { existsSync } = await import("node:fs")
  const executablePath = "/usr/bin/chromium"
  if (!existsSync(executablePath)) return void console.log("SKIPPED: there is no Chromium")
  return { launch: () => chromium.launch({ executablePath, args: ["--no-sandbox"] }) }
}
