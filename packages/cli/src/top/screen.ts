/** A terminal of which a program has the whole. */
export interface Screen {
  readonly size: () => { columns: number; rows: number }
  /** Shows these lines, cut to the terminal's height, in place of those before. */
  show(lines: readonly string[]): void
}

export interface ScreenEvents {
  /** A key was pressed: a character, or `escape` and `ctrl-c`. */
  readonly onKey: (key: string) => void
  readonly onResize: () => void
}

/** The alternate screen, whose text vanishes when it is left, without a cursor, and without breaking long lines. */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l"
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l"
/** Home, and the rest of a line and of the screen. */
const HOME = "\u001b[H"
const END_OF_LINE = "\u001b[K"
const END_OF_SCREEN = "\u001b[J"
const SIGNALS = { SIGTERM: 143, SIGHUP: 129, SIGINT: 130 } as const

/** Takes the terminal until the process ends, which gives it back as it was, however it ends but by SIGKILL. */
export function openScreen({ onKey, onResize }: ScreenEvents): Screen {
  const { stdin, stdout } = process
  let isOpen = false
  const enter = () => {
    isOpen = true
    if (stdin.isTTY) stdin.setRawMode(true).resume()
    stdout.write(ENTER)
  }
  const leave = () => {
    if (!isOpen) return
    isOpen = false
    stdout.write(LEAVE)
    if (stdin.isTTY) stdin.setRawMode(false).pause()
  }
  const readKeys = (bytes: Buffer) => {
    const text = bytes.toString()
    if (text === "\u001a") return suspend()
    onKey({ "\u0003": "ctrl-c", "\u001b": "escape" }[text] ?? text)
  }
  const suspend = () => {
    leave()
    process.once("SIGCONT", () => {
      enter()
      onResize()
    })
    process.kill(process.pid, "SIGSTOP") // raw mode has kept the terminal from doing it
  }
  for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => process.exit(code))
  process.on("exit", leave)
  process.on("uncaughtExceptionMonitor", leave) // or the error would vanish with the alternate screen
  stdin.on("data", readKeys)
  stdout.on("resize", onResize)
  enter()
  return {
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    show(lines) {
      const shown = lines.slice(0, (stdout.rows || 24) - 1)
      stdout.write(HOME + shown.map((line) => `${line}${END_OF_LINE}\n`).join("") + END_OF_SCREEN)
    },
  }
}
