// JSON's numbers have any length, JavaScript's don't: JSON.parse rounds an id of 64 bits, and makes 1e400 infinite,
// without a word.

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}[\],]/g
/** No number is inexact without one of these, so that a usual body needs no second look. */
const SUSPICIOUS = /\d{16}|\d[eE][+-]?\d|\.\d{200}/

export interface InexactNumber {
  readonly path: (string | number)[]
  readonly text: string
}

/** The first number of a valid JSON text that is another one in JavaScript, and where it is. */
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

/** As the SQL function `is_exact`: a fraction may lose digits, but not the whole of itself. */
function isExact(text: string): boolean {
  const number = Number(text)
  if (Math.abs(number) < 2 ** 53) return number !== 0 || /^[-0.]*(?:[eE]|$)/.test(text)
  return Number.isFinite(number) && normalized(text) === normalized(String(number))
}

/** The digits without zeros at either end, and the power of ten of the last: the same for the same number. */
function normalized(text: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, "")
  const significant = withoutLastZeros(digits)
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

/** By hand: the pattern for it would look through each row of zeros once for every zero in it. */
function withoutLastZeros(digits: string): string {
  let length = digits.length
  while (digits[length - 1] === "0") length--
  return digits.slice(0, length)
}
