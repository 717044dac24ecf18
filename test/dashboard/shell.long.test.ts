import { createSluice } from "@sluice/core"
import { createDatabase } from "../support/database.ts"
import { browserTest, useBrowser } from "./browser.ts"

const { pool } = await createDatabase()
const sluice = createSluice({ database: pool })
const browser = await useBrowser(sluice)
const closed = await useBrowser(sluice, { apiKey: "a key that is long enough" })

browserTest("the overview looks right everywhere, and axe finds nothing", async () => {
  await browser.inspect("overview", "/")
})

browserTest("a page that isn't there looks right everywhere", async () => {
  await browser.inspect("not-found", "/nowhere")
})

browserTest("the login looks right everywhere", async () => {
  await closed.inspect("login", "/login")
})
