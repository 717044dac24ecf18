import { durationMs, type Sluice } from "@sluice/core"
import { EXIT } from "../exit.ts"
import { failureOf } from "../failure.ts"
import type { Options } from "../options.ts"
import { plain, printJson, styled, width } from "../output/terminal.ts"
import { withSluice } from "../with-sluice.ts"
import { draw } from "./draw.ts"
import { type Frame, readFrame } from "./frame.ts"
import { openScreen, type Screen } from "./screen.ts"

const USUAL_PAUSE_MS = 2_000
const LEAST_PAUSE_MS = 500
const KEYS = "q quits, space reads now"

/** Shows what happens in the queue again and again, until q is pressed; without a terminal once. */
export async function top(options: Options): Promise<number> {
  return withSluice(options, async (sluice) => {
    const first = await readFrame(sluice)
    if (options.json) printJson(first)
    else if (options.once || !process.stdout.isTTY) console.log(whole(first))
    else return watch(sluice, first, options)
    return 0
  })
}

/** For a pipe, or a look at it: all of it. */
function whole(frame: Frame): string {
  return draw(frame, { columns: width, rows: Number.POSITIVE_INFINITY }).join("\n")
}

/** Until somebody ends the process: at once, also in the middle of a slow statement. */
async function watch(sluice: Sluice, first: Frame, { every, schema }: Options): Promise<never> {
  const pauseMs = every === undefined ? USUAL_PAUSE_MS : Math.max(LEAST_PAUSE_MS, durationMs(every))
  let frame = first
  let problem: string | undefined
  let readNow = () => {}
  const screen = openScreen({ onKey, onResize: show })
  for (;;) {
    show()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs)
      readNow = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    try {
      frame = await readFrame(sluice)
      problem = undefined
    } catch (error) {
      problem = failureOf(error)?.message ?? String(error)
    }
  }

  function onKey(key: string): void {
    if (key === "q" || key === "Q" || key === "escape") process.exit()
    if (key === "ctrl-c") process.exit(EXIT.interrupted)
    if (key === " ") readNow()
  }

  function show(): void {
    screen.show([heading(frame, schema, problem), "", ...draw(frame, roomOn(screen))])
  }
}

function heading({ at }: Frame, schema: string, problem: string | undefined): string {
  const time = at.toTimeString().slice(0, 8)
  if (problem !== undefined) return styled(`as of ${time}: ${plain(problem)}`, "red")
  return `${styled("sluice top", "bold")}  ${styled(`${schema}   ${time}   ${KEYS}`, "dim")}`
}

/** Below the heading. */
function roomOn(screen: Screen) {
  const { columns, rows } = screen.size()
  return { columns, rows: rows - 3 }
}
