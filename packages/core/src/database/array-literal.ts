/** An array of numbers in Postgres' own words: the driver's conversion would look at each of them for quotes. */
export function toPgArray(numbers: readonly (number | string)[]): string {
  return `{${numbers.join(",")}}`
}
