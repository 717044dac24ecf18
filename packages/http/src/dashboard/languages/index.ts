import { arabic } from "./ar/index.ts"
import { german } from "./de/index.ts"
import { english, type Messages } from "./en/index.ts"
import { spanish } from "./es/index.ts"
import { french } from "./fr/index.ts"

export interface Language {
  readonly code: string
  /** In the language itself. */
  readonly name: string
  readonly direction: "ltr" | "rtl"
  readonly text: Messages
}

/** The first is that of readers whose browser wants none of them. */
export const languages = [
  { code: "en", name: "English", direction: "ltr", text: english },
  { code: "de", name: "Deutsch", direction: "ltr", text: german },
  { code: "fr", name: "Français", direction: "ltr", text: french },
  { code: "es", name: "Español", direction: "ltr", text: spanish },
  { code: "ar", name: "العربية", direction: "rtl", text: arabic },
] as const satisfies readonly Language[]

/** The reader's choice, else the first that the browser accepts. */
export function chooseLanguage(chosen: string | undefined, acceptLanguage: string | undefined): Language {
  const wanted = [chosen ?? "", ...accepted(acceptLanguage ?? "")]
  const found = wanted.flatMap((tag) => languages.filter(({ code }) => code === tag.split("-")[0]))[0]
  return found ?? languages[0]
}

/** The tags of an Accept-Language header, those wanted most first. */
function accepted(header: string): string[] {
  return header
    .slice(0, 500)
    .split(",")
    .map((entry) => {
      const [tag = "", quality] = entry
        .trim()
        .toLowerCase()
        .split(/;\s*q=/)
      return { tag, quality: quality === undefined ? 1 : Number(quality) || 0 }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}
