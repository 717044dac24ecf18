import { withFigures } from "@sluice/bench/readme"
import { type Report, type Result, resultOf } from "@sluice/bench/results"
import { expect, test } from "vitest"
import { readPage } from "../docs/pages.ts"

const MACHINE = {
  cores: 2,
  postgres: "18.4",
  measuredAt: "2026-11-29T12:00:00Z",
  command: "npm run bench -- --rounds 2",
}

test("the README shows a figure with its spread and its command, and the floor's share", () => {
  const readme = withFigures(
    readPage("README.md"),
    reportOf(resultFor("sluice", [50, 40]), resultFor("floor", [80, 80])),
  )
  expect(readme).toContain("| Drain with 4 drainers, jobs/s | 0.56 (0.50–0.63) | 45 (40–50) |")
  expect(readme).toContain("npm run bench -- --rounds 2")
})

test("the README shows no figure of a single round", () => {
  const readme = withFigures(
    readPage("README.md"),
    reportOf(resultFor("sluice", [50]), resultFor("floor", [80])),
  )
  expect(readme).not.toContain("Drain with 4 drainers")
})

test("writing the figures again replaces them, and nothing else", () => {
  const [one, other] = [
    [50, 40],
    [60, 70],
  ].map((speeds) => reportOf(resultFor("sluice", speeds)))
  const readme = readPage("README.md")
  const once = withFigures(readme, other as Report)
  expect(withFigures(withFigures(readme, one as Report), other as Report)).toBe(once)
})

function reportOf(...results: Result[]): Report {
  return { machine: MACHINE as Report["machine"], results }
}

function resultFor(system: string, speeds: readonly number[]): Result {
  const rounds = speeds.map((speed) => ({
    jobs: 100,
    seconds: 100 / speed,
    walBytes: 0,
    statements: 0,
    duplicates: 0,
    missing: 0,
  }))
  const config = { variant: "4 drainers", settings: "", history: true }
  return resultOf("throughput", system, config, new Map(rounds.entries()))
}
