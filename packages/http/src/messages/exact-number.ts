// JSON's numbers have any length, JavaScript's don't: JSON.parse silently rounds a 64-bit id, and turns 1e400 into
// Infinity.

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}[\],]/g
/** Every inexact number contains one of these, so most bodies need no tokenizing. */
const SUSPICIOUS = /\d{16}|\d[eE][+-]?\d|\.\d{200}/

export interface InexactNumber {
  readonly path: (string | number)[]
  readonly text: string
}

/** Finds the first number of a valid JSON text that JavaScript would change. */
export function findInexactNumber(json: string): InexactNumber | undefined {
  if (!SUSPICIOUS.test(json)) return undefined
  const path: (string | number)[] = []
  let isKey = false
  for (const [token] of json.matchAll(TOKEN)) {
    const last = path.length - 1
    if (token === "[" || token === "{") {
      path.push(token === "[" ? 0 : "")
      isKey = token === "{"
    } else if (token === "]" || token === "}") {
      path.pop()
    } else if (token === ",") {
      isKey = typeof path[last] === "string"
      if (!isKey) path[last] = (path[last] as number) + 1
    } else if (token[0] !== '"') {
      if (!isExact(token)) return { path, text: token }
    } else if (isKey) {
      path[last] = JSON.parse(token)
      isKey = false
    }
  }
  return undefined
}

/** Same rule as the SQL function `is_exact`: a fraction may lose digits, but must not become zero. */
function isExact(text: string): boolean {
  const number = Number(text)
  if (Math.abs(number) < 2 ** 53) return number !== 0 || /^[-0.]*(?:[eE]|$)/.test(text)
  return Number.isFinite(number) && normalize(text) === normalize(String(number))
}

/** The digits without leading and trailing zeros, and the exponent of the last digit: equal for equal numbers. */
function normalize(text: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, "")
  const significant = stripTrailingZeros(digits)
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

/** Not a regular expression, whose time would be quadratic in the number of zeros. */
function stripTrailingZeros(digits: string): string {
  let length = digits.length
  while (digits[length - 1] === "0") length--
  return digits.slice(0, length)
}
