import { execFileSync, spawnSync } from "node:child_process"
import { expect, test } from "vitest"
import { sluiceOn } from "../support/cli.ts"

// no database is asked
const run = sluiceOn("")

/** Words that bash offers after a line, of which the last word is the beginning of one. */
function bashOffers(script: string, line: string): string[] {
  const words = line.split(" ")
  const array = words.map((word) => `'${word}'`).join(" ")
  const lines = [
    script,
    `COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}`,
    `_sluice; printf "%s\\n" "\${COMPREPLY[@]}"`,
  ]
  return execFileSync("bash", ["--norc", "-c", lines.join("\n")], { encoding: "utf8" })
    .split("\n")
    .filter(Boolean)
}

test("bash completes commands, their verbs, options and states", async () => {
  const { code, stdout } = await run("completion", "bash")
  expect(code).toBe(0)
  expect(bashOffers(stdout, "sluice ")).toEqual(
    expect.arrayContaining(["migrate", "enqueue", "jobs", "queues"]),
  )
  expect(bashOffers(stdout, "sluice jobs ")).toEqual([
    "list",
    "show",
    "cancel",
    "retry",
    "run",
    "update",
    "delete",
    "erase",
  ])
  expect(bashOffers(stdout, "sluice queues ")).toEqual(expect.arrayContaining(["pause", "resume", "--json"]))
  expect(bashOffers(stdout, "sluice jobs cancel 17 --d")).toEqual(["--dry-run", "--database-url"])
  expect(bashOffers(stdout, "sluice jobs list --state dis")).toEqual(["discarded"])
  expect(bashOffers(stdout, "sluice jobs list --name ")).toEqual([])
})

test.runIf(isInstalled("fish"))("fish completes the same, with what each is for", async () => {
  const { stdout } = await run("completion", "fish")
  const offers = (line: string) =>
    execFileSync("fish", ["--no-config", "-c", `${stdout}\ncomplete -C '${line}'`], {
      encoding: "utf8",
    }).split("\n")
  expect(offers("sluice jobs ca")).toEqual(["cancel\tcancels jobs that wait or run", ""])
  expect(offers("sluice jobs list --state dis")).toEqual([
    "discarded\tin this state: scheduled, ready, blocked, waiting, running, succeeded, discarded, canceled",
    "",
  ])
  expect(offers("sluice jobs cancel 17 --dry")).toEqual(["--dry-run\tonly says what would be changed", ""])
})

test.runIf(isInstalled("zsh"))("zsh reads its script", async () => {
  const { stdout } = await run("completion", "zsh")
  const lines = ["autoload -U compinit; compinit -D", stdout, "print -- $_comps[sluice]"].join("\n")
  expect(execFileSync("zsh", ["-f", "-c", lines], { encoding: "utf8" })).toBe("_sluice\n")
})

test("another shell is refused in words", async () => {
  const { code, stderr } = await run("completion", "csh")
  expect(stderr).toBe('sluice: <shell> is "csh": give bash, zsh or fish\n')
  expect(code).toBe(2)
})

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ["--version"]).error === undefined
}
