/** An array of numbers as a Postgres literal. The driver's own conversion is slower: it checks each element for quotes. */
export function toPgArray(numbers: readonly (number | string)[]): string {
  return `{${numbers.join(",")}}`
}

/** An array of texts, of which some may be missing, as a Postgres literal. */
export function toPgTextArray(texts: readonly (string | undefined)[]): string {
  return `{${texts.map(quote).join(",")}}`
}

function quote(text: string | undefined): string {
  return text === undefined ? "NULL" : `"${text.replace(/["\\]/g, "\\$&")}"`
}
