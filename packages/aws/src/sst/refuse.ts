/** What AWS, Postgres or Sluice would refuse later, at deploy or in the deployed functions. */
class InvalidSettingError extends Error {
  override readonly name = "InvalidSettingError"
  readonly code = "invalid_setting"
}

/** @throws InvalidSettingError, `code: "invalid_setting"` */
export function refuse(problem: string, remedy: string): never {
  throw new InvalidSettingError(`${problem}: ${remedy}`)
}

/** Refuses a key that is not among the known ones, and suggests the nearest of them. */
export function checkKeys(path: string, value: object, known: object): void {
  const keys = Object.keys(known)
  for (const key of Object.keys(value).filter((key) => !keys.includes(key))) {
    const near = nearest(key, keys)
    const hint = near ? `did you mean ${JSON.stringify(near)}?` : `known options are ${keys.join(", ")}`
    refuse(`${path} has no option ${JSON.stringify(key)}`, hint)
  }
}

/** The candidate that differs least, if by at most a third of the word's letters. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  const distances = candidates.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
  const [best] = distances.toSorted((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.max(1, word.length / 3) ? best.candidate : undefined
}

/** The fewest letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...b].entries()) {
      const [diagonal = 0, above = 0] = row.slice(column)
      next.push(Math.min(diagonal + (letter === other ? 0 : 1), above + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
