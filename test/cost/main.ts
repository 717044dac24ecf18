// `npm run cost` measures, and writes test/cost/measured.json and docs/cost.md. With `render` it only rewrites the page
// from the last measurement, for example after a price has changed.
import { readFile, writeFile } from "node:fs/promises"
import { measure } from "./measure.ts"
import { withTables } from "./page.ts"

const MEASURED = new URL("measured.json", import.meta.url)
const PAGE = new URL("../../docs/cost.md", import.meta.url)

if (process.argv[2] !== "render") {
  const measured = await measure((line) => console.log(line))
  await writeFile(MEASURED, `${JSON.stringify(measured, undefined, 2)}\n`)
}
const measured = JSON.parse(await readFile(MEASURED, "utf8"))
await writeFile(PAGE, withTables(await readFile(PAGE, "utf8"), measured))
