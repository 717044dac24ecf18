import { onContent } from "./on-content.ts"

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const

const TICK_MS = 5_000

/** Tells the server the time zone, shows times in it until the next page, and keeps relative ones true. */
export function enableTimes(): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const known = cookie("sluice_time_zone")
  if (timeZone && known !== timeZone) {
    const path = document.body.dataset.base ?? "/"
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store isn't in every browser
    document.cookie = `sluice_time_zone=${encodeURIComponent(timeZone)}; path=${path}; max-age=31536000; samesite=lax`
    if (cookie("sluice_zone") !== "utc") onContent((root) => showExactTimes(root, timeZone))
  }
  setInterval(() => showRelativeTimes(document), TICK_MS)
}

function showExactTimes(root: ParentNode, timeZone: string): void {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone,
    dateStyle: "medium",
    timeStyle: "long",
    hourCycle: "h23",
  })
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const exact = format.format(new Date(time.dateTime))
    if ("relative" in time.dataset) time.title = exact
    else time.textContent = exact
  }
}

function showRelativeTimes(root: ParentNode): void {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" })
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1_000
    const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1]
    const text = format.format(Math.trunc(seconds / size) || 0, unit)
    if (time.textContent !== text) time.textContent = text
  }
}

function cookie(name: string): string | undefined {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`))
  return found === undefined ? undefined : decodeURIComponent(found.slice(name.length + 1))
}
