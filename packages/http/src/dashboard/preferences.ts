/** How a reader wants to see the pages: kept in cookies of the browser, which hold nothing else. */
export interface Preferences {
  readonly theme: "automatic" | "light" | "dark"
  /** Seconds between refreshes; 0: never. */
  readonly refreshSeconds: number
  /** The code of a language, if one was chosen. */
  readonly language: string | undefined
  /** Whether times are shown in UTC, whatever the browser's time zone. */
  readonly usesUtc: boolean
  /** The browser's, as its script has told it. */
  readonly timeZone: string | undefined
}

/** What a form may choose. */
export const PREFERENCES = ["theme", "refresh", "zone", "language"] as const

export const REFRESH_SECONDS = [0, 5, 30] as const
const THEMES = ["automatic", "light", "dark"] as const

/** By the cookies' values, or a form's: what isn't known counts as not given. */
export function readPreferences(given: (name: string) => string | undefined): Preferences {
  const refresh = Number(given("refresh") || Number.NaN)
  const zone = given("time_zone")
  return {
    theme: THEMES.find((theme) => theme === given("theme")) ?? "automatic",
    refreshSeconds: REFRESH_SECONDS.find((seconds) => seconds === refresh) ?? 5,
    language: given("language"),
    usesUtc: given("zone") === "utc",
    timeZone: zone !== undefined && isTimeZone(zone) ? zone : undefined,
  }
}

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z0-9_+/-]{1,60}$/.test(name)) return false
  try {
    new Intl.DateTimeFormat("en", { timeZone: name })
    return true
  } catch {
    return false
  }
}
