export interface Progress {
  /** Shows what is being measured, after `done` of `total` measurements. */
  show(done: number, total: number, what: string): void
  /** Prints a line above the bar. */
  log(line: string): void
  clear(): void
}

const WIDTH = 24

/** A bar on a terminal. Elsewhere, a line for each measurement, so that a log shows the progress. */
export function createProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const beganAtMs = performance.now()
  const clear = () => void (out.isTTY && out.write("\r\x1b[K"))
  return {
    show(done, total, what) {
      clear()
      const filled = Math.round((done / total) * WIDTH)
      const bar = out.isTTY ? `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ` : ""
      const line = `${bar}${done + 1}/${total}  ${elapsed(beganAtMs)}  ${what}`
      out.write(out.isTTY ? line.slice(0, out.columns - 1) : `${line}\n`)
    },
    log(line) {
      clear()
      out.write(`${line}\n`)
    },
    clear,
  }
}

function elapsed(beganAtMs: number): string {
  const seconds = Math.round((performance.now() - beganAtMs) / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}
