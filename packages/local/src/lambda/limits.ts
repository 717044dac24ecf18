import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

/** How often a running function's memory is looked at. Less often where that takes a process. */
const MEMORY_CHECK_MS = process.platform === "linux" ? 100 : 1_000

export interface Limits {
  /** From now on: at most `timeoutMs` until `stop`, and at most the memory that the function has. */
  start(timeoutMs: number): void
  stop(): void
  /** The most memory that was seen, in MB. */
  peakMb(): number
}

/** Watches one process, and calls `onPassed` once when it passes a limit. */
export function createLimits(
  pid: number,
  memoryMb: number,
  onPassed: (limit: "timed out" | "out of memory") => void,
): Limits {
  let peakMb = 0
  let timeout: NodeJS.Timeout | undefined
  let memoryCheck: NodeJS.Timeout | undefined

  function checkMemory(): void {
    peakMb = Math.max(peakMb, residentMb(pid) ?? 0)
    if (peakMb > memoryMb) pass("out of memory")
  }
  function pass(limit: "timed out" | "out of memory"): void {
    stop()
    onPassed(limit)
  }
  function stop(): void {
    clearTimeout(timeout)
    clearInterval(memoryCheck)
  }
  return {
    start(timeoutMs) {
      stop()
      timeout = setTimeout(() => pass("timed out"), timeoutMs)
      memoryCheck = setInterval(checkMemory, MEMORY_CHECK_MS)
    },
    stop,
    peakMb() {
      peakMb = Math.max(peakMb, residentMb(pid) ?? 0)
      return Math.ceil(peakMb)
    },
  }
}

/** On Linux the most that the process ever held, so that a short peak isn't missed; elsewhere what it holds now. */
function residentMb(pid: number): number | undefined {
  try {
    const kilobytes =
      process.platform === "linux"
        ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
        : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })
    return Number(kilobytes ?? 0) / 1_024
  } catch {
    return undefined // gone
  }
}
