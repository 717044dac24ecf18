import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

/** How often a running function's memory is checked. Less often where that takes a process. */
const MEMORY_CHECK_MS = process.platform === "linux" ? 100 : 1_000

export interface Limits {
  /** Enforces the timeout and the function's memory from now until `stop`. */
  start(timeoutMs: number): void
  stop(): void
  /** The highest memory use that was seen, in MB. */
  peakMb(): number
}

/** Watches one process, and calls `onExceeded` once when it exceeds a limit. */
export function createLimits(
  pid: number,
  memoryMb: number,
  onExceeded: (limit: "timed out" | "out of memory") => void,
): Limits {
  let peakMb = 0
  let timeout: NodeJS.Timeout | undefined
  let memoryCheck: NodeJS.Timeout | undefined

  function checkMemory(): void {
    peakMb = Math.max(peakMb, residentMb(pid) ?? 0)
    if (peakMb > memoryMb) exceed("out of memory")
  }
  function exceed(limit: "timed out" | "out of memory"): void {
    stop()
    onExceeded(limit)
  }
  function stop(): void {
    clearTimeout(timeout)
    clearInterval(memoryCheck)
  }
  return {
    start(timeoutMs) {
      stop()
      timeout = setTimeout(() => exceed("timed out"), timeoutMs)
      memoryCheck = setInterval(checkMemory, MEMORY_CHECK_MS)
    },
    stop,
    peakMb() {
      peakMb = Math.max(peakMb, residentMb(pid) ?? 0)
      return Math.ceil(peakMb)
    },
  }
}

/** On Linux the process's peak, so that short peaks count too; elsewhere its current memory. */
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
