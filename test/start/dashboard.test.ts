import { expect, test } from "vitest"
import { startSluice } from "../support/start.ts"

test("the printed link logs in to the dashboard once, and / leads there", async () => {
  const { url, lines } = await startSluice()
  const link =
    lines.map((line) => /^open {2}(\S+)/.exec(line)?.[1]).find((found) => found !== undefined) ?? ""
  const visit = (address: string, cookie = "") =>
    fetch(new URL(address, url), { redirect: "manual", headers: { cookie } })
  const follow = (answer: Response) => visit(answer.headers.get("location") ?? "")

  expect((await visit("/")).headers.get("location")).toBe("/dashboard/")
  expect((await visit("/dashboard/")).status).toBe(401)

  const withToken = await visit(link)
  const loggedIn = await follow(withToken)
  const cookie = loggedIn.headers.get("set-cookie")?.split(";")[0] ?? ""
  const page = await visit(loggedIn.headers.get("location") ?? "", cookie)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain("<title>Overview – Sluice</title>")

  expect((await follow(withToken)).headers.get("set-cookie")).toBeNull()
  const later = (await visit(link)).headers.get("location") ?? ""
  const elsewhere = await visit(later)
  expect(elsewhere.status).toBe(401)
  expect(await elsewhere.text()).toContain("This link was used already")
  expect((await visit(later, cookie)).headers.get("location")).toBe("/dashboard/")

  const sheet = /href="([^"]+\.css)"/.exec(await (await visit("/dashboard/login")).text())?.[1] ?? ""
  expect((await visit(sheet)).headers.get("content-type")).toBe("text/css; charset=utf-8")

  const reference = await visit("/dashboard/reference")
  expect(reference.status).toBe(200)
  expect(await reference.text()).toContain("/v1/jobs")
})
