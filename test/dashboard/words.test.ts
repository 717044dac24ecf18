import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"

const LANGUAGES = join(import.meta.dirname, "../../packages/http/src/dashboard/languages")

/** Words that were used on some pages beside the one that names the thing on all others. */
const OTHER_WORDS: Readonly<Record<string, RegExp>> = {
  de: /\bAufgaben?\b/i,
  es: /\btareas?\b/i,
  fr: /\btâches?\b/i,
}

test.each(Object.entries(OTHER_WORDS))("a job has one name on all pages, in %s", async (language, other) => {
  const folder = join(LANGUAGES, language)
  const texts = await Promise.all(
    (await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
  )
  expect(texts.filter(([, text]) => other.test(text)).map(([name]) => name)).toEqual([])
})
