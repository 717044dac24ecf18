import { expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { browserTest, useBrowser } from "./browser.ts"
import { storeJobs } from "./jobs-fixture.ts"

// How the pages of jobs look, and what their script adds.
const database = await createDatabase()
const { sluice, ids } = await storeJobs(database)
const { open, inspect } = await useBrowser(sluice)

browserTest("the list of jobs looks good everywhere", async () => {
  await inspect("jobs", "/jobs")
})

browserTest("a list with filters looks good everywhere", async () => {
  await inspect("jobs-filtered", "/jobs?state=discarded&error=Discard&name=import-orders&since=1d")
})

browserTest("a list without jobs says what to do", async () => {
  await inspect("jobs-none", "/jobs?name=nothing&state=ready")
})

browserTest("a job that has failed looks good everywhere", async () => {
  await inspect("job-retried", `/jobs/${ids.retried}`)
})

browserTest("a job that has succeeded looks good everywhere", async () => {
  await inspect("job-succeeded", `/jobs/${ids.succeeded}`)
})

browserTest("a job that waits for another looks good everywhere", async () => {
  await inspect("job-waiting", `/jobs/${ids.child}`)
})

browserTest("the form that changes a job looks good everywhere", async () => {
  await inspect("job-edit", `/jobs/${ids.scheduled}/edit`)
})

browserTest("the form that enqueues a job looks good everywhere", async () => {
  await inspect("job-new", "/jobs/new", [{ device: "desktop" }, { device: "phone", theme: "dark" }])
  await inspect("job-new-fields", "/jobs/new?name=charge-card")
})

browserTest("the pages that ask, and say what was done, look good everywhere", async () => {
  await inspect("jobs-ask", "/jobs/ask?verb=update&state=scheduled")
  await inspect(
    "jobs-acted",
    "/jobs/acted?verb=cancel&matched=500&changed=498&total=9000&refused=12:job_running&refused=13:job_finished",
  )
})

browserTest("selected jobs are counted, asked about, and changed", async () => {
  const { page, complaints, close } = await open("/jobs?state=scheduled")
  await page.locator(`#row-${ids.scheduled} input[type=checkbox]`).check()
  expect(await page.locator("[data-selected-count]").textContent()).toBe("1")
  await page.getByRole("button", { name: "Cancel", exact: true }).click()
  await page.getByRole("button", { name: "Cancel jobs" }).click()
  await page.getByRole("heading", { name: "Jobs canceled" }).waitFor()
  expect((await sluice.getJob(ids.scheduled as string))?.state).toBe("canceled")
  expect(complaints).toEqual([])
  await close()
})
