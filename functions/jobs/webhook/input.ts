import * as v from "valibot"

const LONGEST_URL = 8_192

/** Headers that belong to the connection or are computed. A job that sets them could smuggle a second request. */
const RESERVED_HEADERS = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
])

const url = v.pipe(
  v.string(),
  v.maxLength(LONGEST_URL),
  v.check((text) => /^https?:\/\//i.test(text) && URL.canParse(text), "Give an absolute http or https URL"),
  v.check((text) => !hasCredentials(text), "Give credentials in an authorization header, not in the URL"),
)

const headers = v.record(
  v.pipe(
    v.string(),
    v.check((name) => isValid(() => nodeHttp().validateHeaderName(name)), "This is not a valid header name"),
    v.check(
      (name) => !RESERVED_HEADERS.has(name.toLowerCase()),
      "This header belongs to the connection and can't be set",
    ),
  ),
  v.pipe(
    v.string(),
    v.check(
      (value) => isValid(() => nodeHttp().validateHeaderValue("value", value)),
      "A header's value must be one line of Latin-1",
    ),
  ),
)

const status = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599))

/** The payload of a `webhook` job. */
export const webhookInput = v.pipe(
  v.strictObject({
    url,
    /** Default POST. */
    method: v.optional(v.picklist(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])),
    headers: v.optional(headers),
    /** Text is sent unchanged, anything else as JSON with keys in the order of jsonb: sign text, not objects. */
    body: v.optional(v.unknown()),
    /** The status or statuses that count as delivered. Default: 200 to 299. */
    expect: v.optional(v.union([status, v.pipe(v.array(status), v.minLength(1))])),
  }),
  v.forward(
    v.check(({ method, body }) => !carriesNoBody(method) || body === undefined, "GET and HEAD have no body"),
    ["body"],
  ),
)

/** Not imported, because an import of it would double the time of a cold start. */
function nodeHttp() {
  return process.getBuiltinModule("node:http")
}

function carriesNoBody(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD"
}

function hasCredentials(text: string): boolean {
  const { username, password } = URL.parse(text) ?? { username: "", password: "" }
  return username !== "" || password !== ""
}

function isValid(validate: () => void): boolean {
  try {
    validate()
    return true
  } catch {
    return false
  }
}
