import { isAttended } from "./terminal.ts"

const BAR = 24

export interface Progress {
  show(done: number): void
  /** Removes the line. */
  end(): void
}

/** A line on the terminal that is written again and again; nothing where nobody looks. */
export function createProgress(doing: string, total: number | undefined): Progress {
  if (!isAttended) return { show() {}, end() {} }
  const write = (text: string) => process.stderr.write(`\r${text}\u001b[K`)
  return {
    show: (done) => void write(`${doing} ${total ? `${bar(done / total)} ` : ""}${ofTotal(done, total)}`),
    end: () => void write(""),
  }
}

function ofTotal(done: number, total: number | undefined): string {
  const shown = done.toLocaleString("en")
  return total === undefined ? shown : `${shown} of ${total.toLocaleString("en")}`
}

function bar(part: number): string {
  const full = Math.min(BAR, Math.round(part * BAR))
  return "█".repeat(full) + "░".repeat(BAR - full)
}
