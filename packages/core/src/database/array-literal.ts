/** An array of numbers as a Postgres literal. The driver's own conversion is slower: it checks each element for quotes. */
export function toPgArray(numbers: readonly (number | string)[]): string {
  return `{${numbers.join(",")}}`
}
