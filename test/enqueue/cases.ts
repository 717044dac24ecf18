// What may be stored, and as what: one table for every way in which a job comes, so that TypeScript, HTTP and SQL can't
// drift apart. Values are JSON text, because JSON.parse changes some of them.

export interface Case {
  /** JSON text. Default `{}`. */
  readonly payload?: string
  /** JSON text. Default `{}`. */
  readonly options?: string
  /** Default `any`. */
  readonly name?: string
  /** Where it is wrong, as `options.delay`. Undefined: it is stored. */
  readonly refused?: string
  /** As what it is stored, where that is not plain: columns of `jobs`, and `delayMs` from its enqueue to its time. */
  readonly stored?: Readonly<Record<string, unknown>>
  /** For what a value of JavaScript can't be. */
  readonly notInTypeScript?: true
}

const unless = (refused: boolean, path: string) => (refused ? { refused: path } : {})

const runAt = (text: string, stored?: string): Case => ({
  options: `{"runAt":${JSON.stringify(text)}}`,
  ...(stored === undefined ? { refused: "options.runAt" } : { stored: { runAtMs: Date.parse(stored) } }),
})

const duration = (option: "delay" | "timeout" | "expiresIn", json: string, ms?: number): Case => ({
  options: `{"${option}":${json}}`,
  ...(ms === undefined
    ? { refused: `options.${option}` }
    : {
        stored: { delay: { delayMs: ms }, timeout: { timeout_ms: ms }, expiresIn: { expiresMs: ms } }[option],
      }),
})

const whole = (option: string, column: string, json: string, stored?: number): Case => ({
  options: `{"concurrencyKey":"k","${option}":${json}}`,
  ...(stored === undefined ? { refused: `options.${option}` } : { stored: { [column]: stored } }),
})

const payload = (json: string, refused?: string): Case => ({
  payload: json,
  ...(refused === undefined ? { stored: { payload: JSON.parse(json) } } : { refused }),
})

/** Numbers that JavaScript has not: over HTTP and from SQL they are refused, in TypeScript there are none. */
const inexact = (number: string): Case[] => [
  { ...payload(`{"a":[0,{"id":${number}}]}`, "payload.a.1.id"), notInTypeScript: true },
  { options: `{"metadata":{"id":${number}}}`, refused: "options.metadata.id", notInTypeScript: true },
]

const text = (option: string, value: string, isRefused: boolean): Case => ({
  options: JSON.stringify({ [option]: value }),
  ...unless(isRefused, `options.${option}`),
})

const unique = (rule: string, stored?: Record<string, unknown>, refused = ""): Case => ({
  options: `{"unique":${rule}}`,
  ...(stored ? { stored } : { refused: `options.unique${refused}` }),
})

/** The key that stands for the payload {}. */
const EMPTY_PAYLOAD = "payload:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

const KEYS = ["uniqueKey", "idempotencyKey", "concurrencyKey", "fairKey"]
const OPTIONS = [
  "queue",
  "priority",
  "runAt",
  "delay",
  "expiresIn",
  "expiresAt",
  "maxAttempts",
  "timeout",
  ...KEYS,
  "concurrencyLimit",
  "concurrencyOrder",
  "concurrencyOnRetry",
  "rateKey",
  "rate",
  "fairWeight",
  "tags",
  "metadata",
]

const rate = (json: string, stored?: [starts: number, perMs: number, burst: number]): Case => ({
  options: `{"rateKey":"k","rate":${json}}`,
  ...(stored
    ? { stored: { rate_key: "k", rate: { starts: stored[0], per_ms: stored[1], burst: stored[2] } } }
    : { refused: "options.rate" }),
})

const order = (json: string, stored?: Record<string, unknown>, refused = "concurrencyOrder"): Case => ({
  options: `{"concurrencyKey":"k","concurrencyOrder":${json}}`,
  ...(stored ? { stored } : { refused: `options.${refused}` }),
})

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`
const KIB = 1024

export const cases: Case[] = [
  // names
  ...["a", "A.b_c-d/e:f", "n".repeat(128), "..", "a/../b"].map((name) => ({ name })),
  ...["", "a b", "größe", "a\n", "n".repeat(129), "a%2Fb"].map((name) => ({ name, refused: "name" })),

  // options that are none
  ...OPTIONS.map((option) => ({ options: `{"${option}":null}`, refused: `options.${option}` })),
  ...OPTIONS.map((option) => ({
    options: `{"${option}":{"a":1}}`,
    ...unless(option !== "metadata", `options.${option}`),
  })),
  ...OPTIONS.map((option) => ({ options: `{"${option}":true}`, refused: `options.${option}` })),
  ...["quue", "", "Queue", "max_attempts", "transaction", "__proto__"].map((option) => ({
    options: `{"${option}":1}`,
    refused: `options.${option}`,
  })),
  ...["null", "[]", '"mail"', "5"].map((options) => ({ options, refused: "options" })),

  // queues
  ...["mail", "a/../b", "q".repeat(128)].map((queue) => text("queue", queue, false)),
  ...["", "a b", "mail\n", "größe", "q".repeat(129), "📮"].map((queue) => text("queue", queue, true)),

  // unique keys
  unique("{}", { unique_key: EMPTY_PAYLOAD, waiting_key: null }),
  unique('{"while":"waiting"}', { unique_key: null, waiting_key: EMPTY_PAYLOAD }),
  unique('{"key":"u1"}', { unique_key: "u1", waiting_key: null }),
  unique('{"key":"u2","while":"unfinished","for":"1h"}', { unique_key: "u2", waiting_key: null }),
  unique('{"key":"u3","while":"waiting","for":60,"onConflict":"keep"}', { waiting_key: "u3" }),
  unique('{"key":"u4","onConflict":"replace"}', { unique_key: null, waiting_key: "u4" }),
  unique('{"key":"u5","onConflict":"reschedule","longestWait":"1h"}', { waiting_key: "u5" }),
  ...["null", "true", "[]", '"u"', "5"].map((rule) => unique(rule)),
  unique('{"key":""}', undefined, ".key"),
  unique('{"key":5}', undefined, ".key"),
  unique('{"key":null}', undefined, ".key"),
  unique(`{"key":"${"k".repeat(513)}"}`, undefined, ".key"),
  unique('{"until":"waiting"}', undefined, ".until"),
  unique('{"while":"running"}', undefined, ".while"),
  unique('{"while":null}', undefined, ".while"),
  unique('{"onConflict":"raise"}', undefined, ".onConflict"),
  unique('{"for":0}', undefined, ".for"),
  unique('{"for":"soon"}', undefined, ".for"),
  unique('{"longestWait":-1}', undefined, ".longestWait"),
  unique('{"while":"unfinished","onConflict":"replace"}', undefined, ".while"),
  unique('{"for":"1h","onConflict":"reschedule"}', undefined, ".for"),
  unique('{"onConflict":"keep","longestWait":"1h"}', undefined, ".longestWait"),
  { options: '{"unique":{"while":"waiting"},"uniqueKey":"u"}', refused: "options.unique" },

  // whole numbers
  whole("priority", "priority", "0", 0),
  whole("priority", "priority", "-0", 0),
  whole("priority", "priority", "1.0", 1),
  whole("priority", "priority", "-5.00", -5),
  whole("priority", "priority", "1e3", 1_000),
  whole("priority", "priority", "1.5e1", 15),
  whole("priority", "priority", "-1000000000", -1_000_000_000),
  whole("priority", "priority", "1000000001"),
  whole("priority", "priority", "1.5"),
  whole("priority", "priority", "0.1"),
  whole("priority", "priority", '"1"'),
  whole("priority", "priority", "2147483648"),
  { ...whole("priority", "priority", "1970670598291982290"), notInTypeScript: true },
  whole("maxAttempts", "max_attempts", "1.0", 1),
  whole("maxAttempts", "max_attempts", "1000", 1_000),
  whole("maxAttempts", "max_attempts", "0"),
  whole("maxAttempts", "max_attempts", "1001"),
  whole("maxAttempts", "max_attempts", "1e300"),
  whole("concurrencyLimit", "concurrency_limit", "1.0", 1),
  whole("concurrencyLimit", "concurrency_limit", "1000000", 1_000_000),
  whole("concurrencyLimit", "concurrency_limit", "0"),
  whole("concurrencyLimit", "concurrency_limit", "1000001"),

  // order
  order('"enqueued"', { concurrency_limit: 1, holds_key: true }),
  order('"enqueued","concurrencyLimit":1,"concurrencyOnRetry":"hold"', { holds_key: true }),
  order('"enqueued","concurrencyOnRetry":"pass"', { holds_key: false }),
  order('"priority","concurrencyLimit":5', { concurrency_limit: 5, holds_key: null }),
  ...['"fifo"', '""', "1"].map((wrong) => order(wrong)),
  ...['"block"', "false"].map((wrong) =>
    order(`"enqueued","concurrencyOnRetry":${wrong}`, undefined, "concurrencyOnRetry"),
  ),
  order('"enqueued","concurrencyLimit":2', undefined, "concurrencyLimit"),

  // rates
  rate('{"limit":100,"per":"1m"}', [100, 60_000, 100]),
  rate('{"limit":1.0,"per":1}', [1, 1_000, 1]),
  rate('{"limit":1000000,"per":"31d","burst":1e3}', [1_000_000, 2_678_400_000, 1_000]),
  ...[
    "[]",
    "5",
    '"100/m"',
    '{"limit":100}',
    '{"per":"1m"}',
    '{"limit":0,"per":"1m"}',
    '{"limit":1.5,"per":"1m"}',
    '{"limit":"5","per":"1m"}',
    '{"limit":1000001,"per":"1m"}',
    '{"limit":5,"per":"999ms"}',
    '{"limit":5,"per":"32d"}',
    '{"limit":5,"per":"often"}',
    '{"limit":5,"per":null}',
    '{"limit":5,"per":"1m","burst":0}',
    '{"limit":5,"per":"1m","burst":6}',
    '{"limit":5,"per":"1m","burst":null}',
    '{"limit":5,"per":"1m","key":"k"}',
  ].map((wrong) => rate(wrong)),
  { options: '{"rate":{"limit":5,"per":"1m"}}', stored: { rate_key: "name" } },
  ...["", "k".repeat(513), "a\0"].map((wrong) => text("rateKey", wrong, true)),

  // instants
  runAt("2100-01-02T03:04:05.678Z", "2100-01-02T03:04:05.678Z"),
  runAt("2100-01-02T03:04Z", "2100-01-02T03:04:00Z"),
  runAt("2100-01-02T03:04:05+05", "2100-01-01T22:04:05Z"),
  runAt("2100-01-02T03:04:05+0530", "2100-01-01T21:34:05Z"),
  runAt("2100-01-02T03:04-03:30", "2100-01-02T06:34:00Z"),
  runAt("2100-01-02T03:04:05-00:00", "2100-01-02T03:04:05Z"),
  runAt("2100-01-02T03:04:05.1Z", "2100-01-02T03:04:05.100Z"),
  runAt("2100-01-02T03:04:05.6789999Z", "2100-01-02T03:04:05.678Z"),
  runAt("2100-01-02T03:04:05.999999999Z", "2100-01-02T03:04:05.999Z"),
  runAt("2104-02-29T00:00:00Z", "2104-02-29T00:00:00Z"),
  runAt("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
  runAt("1970-01-01T05:00:00+05:00", "1970-01-01T00:00:00Z"),
  runAt("9999-12-31T00:00:00Z", "9999-12-31T00:00:00Z"),
  ...[
    "",
    "now",
    "tomorrow",
    "infinity",
    "2100-01-02",
    "2100-01-02T03:04:05",
    "2100-01-02 03:04:05Z",
    "2100-01-02t03:04:05z",
    "2100-01-02T03:04:05z",
    "2100-1-2T03:04:05Z",
    "2100-01-02T3:04:05Z",
    "2100-01-02T03:04:05 Z",
    " 2100-01-02T03:04:05Z",
    "2100-01-02T03:04:05Z\n",
    "2100-01-02T03Z",
    "2100-02-29T00:00:00Z",
    "2100-04-31T00:00:00Z",
    "2100-00-01T00:00:00Z",
    "2100-13-01T00:00:00Z",
    "2100-01-00T00:00:00Z",
    "2100-01-32T00:00:00Z",
    "2100-01-02T24:00:00Z",
    "2100-01-02T23:60:00Z",
    "2100-01-02T23:59:60Z",
    "2100-01-02T03:04:05.Z",
    "2100-01-02T03:04:05.1234567890Z",
    "2100-01-02T03:04:05,5Z",
    "2100-01-02T03:04:05+5",
    "2100-01-02T03:04:05+15:00",
    "2100-01-02T03:04:05+05:60",
    "2100-01-02T03:04:05+05:",
    "2100-01-02T03:04:05+05:30:15",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+01:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T00:00:01Z",
    "10000-01-01T00:00:00Z",
    "+010000-01-01T00:00:00Z",
    "-2100-01-01T00:00:00Z",
    "2100-W01-1T00:00:00Z",
    "2100-001T00:00:00Z",
    "2100-01-02T03:04:05Europe/Berlin",
    "٢١٠٠-01-02T03:04:05Z",
  ].map((wrong) => runAt(wrong)),
  { options: '{"runAt":1900000000}', refused: "options.runAt" },
  { options: '{"runAt":"2100-01-02T03:04:05Z","delay":"5m"}', refused: "options.delay" },

  // expiry
  duration("expiresIn", "60", 60_000),
  duration("expiresIn", '"1h30m"', 5_400_000),
  duration("expiresIn", '"36525d"', 36_525 * 86_400_000),
  ...["0", '"0s"', "-1", '"soon"', '"36526d"', "0.0004"].map((wrong) => duration("expiresIn", wrong)),
  { options: '{"delay":"1h","expiresIn":"5m"}', stored: { delayMs: 3_600_000, expiresMs: 300_000 } },
  {
    options: '{"runAt":"2100-01-02T03:04:05Z","expiresAt":"2100-01-02T03:05:05.1239Z"}',
    stored: { expiresMs: 60_123 },
  },
  ...['""', '"tomorrow"', "1900000000", '"2100-02-30T00:00:00Z"', "{}"].map((wrong) => ({
    options: `{"expiresAt":${wrong}}`,
    refused: "options.expiresAt",
  })),
  { options: '{"expiresAt":"2100-01-02T03:04:05Z","expiresIn":"5m"}', refused: "options.expiresIn" },

  // durations
  duration("delay", "0", 0),
  duration("delay", "-0", 0),
  duration("delay", "90.5", 90_500),
  duration("delay", "1.0", 1_000),
  duration("delay", "0.0004", 0),
  duration("delay", "0.0005", 1),
  duration("delay", "1.0005", Math.floor(1.0005 * 1_000 + 0.5)),
  duration("delay", "0.30000000000000004", 300),
  duration("delay", "1e-300", 0),
  duration("delay", "3155760000", 36_525 * 86_400_000),
  duration("delay", '"0s"', 0),
  duration("delay", '"500ms"', 500),
  duration("delay", '"1.5h"', 5_400_000),
  duration("delay", '"1h30m"', 5_400_000),
  duration("delay", '"30m1h"', 5_400_000),
  duration("delay", '"1d2h3m4s5ms"', 93_784_005),
  duration("delay", '"0.1s0.2s"', 300),
  duration("delay", '"0.0005s"', 1),
  duration("delay", '"36525d"', 36_525 * 86_400_000),
  duration("delay", '"1s1s1s1s1s1s1s1s1s1s"', 10_000),
  ...[
    "-1",
    "-1e-9",
    "1e15",
    "3155760000.001",
    "1e300",
    "[]",
    "{}",
    '""',
    '"5"',
    '"5 m"',
    '"-5m"',
    '"5M"',
    '"m"',
    '"1h 30m"',
    '"5m!"',
    '"soon"',
    '"1.m"',
    '".5m"',
    '"1e3s"',
    '"36526d"',
    '"1234567890123456ms"',
    '"٥m"',
    '"5m\\n"',
    '"1s1s1s1s1s1s1s1s1s1s1s"',
    '"0.1234567890123456s"',
    '"NaN"',
    '"Infinity"',
  ].map((wrong) => duration("delay", wrong)),
  { ...duration("delay", "1e400"), notInTypeScript: true },
  duration("timeout", "0.001", 1),
  duration("timeout", "2147483.647", 2_147_483_647),
  duration("timeout", '"24d"', 24 * 86_400_000),
  ...["0", '"0s"', "0.0001", "2147483.648", '"25d"', "-1", '"long"'].map((wrong) =>
    duration("timeout", wrong),
  ),

  // keys and tags, whose characters are code points
  ...KEYS.flatMap((key) => [
    ...["k", " ", "k".repeat(512), "é".repeat(512), "🚰".repeat(512), "'\"\\{}%\u0001"].map((ok) =>
      text(key, ok, false),
    ),
    ...["", "k".repeat(513), "🚰".repeat(513), "a\0", "a\ud800", "\udc00"].map((wrong) =>
      text(key, wrong, true),
    ),
    ...["5", "[]", '["a"]'].map((json) => ({ options: `{"${key}":${json}}`, refused: `options.${key}` })),
  ]),
  ...[
    [],
    ["a"],
    ["ü", 'with "quotes", {braces} and \\', "a,b", "null"],
    new Array(100).fill("t"),
    ["🚰".repeat(128)],
  ].map((tags) => ({
    options: JSON.stringify({ tags }),
    stored: { tags: tags.length > 0 ? tags : null },
  })),
  ...[
    ["a", 5],
    [null],
    [["a"]],
    [""],
    ["t".repeat(129)],
    ["🚰".repeat(129)],
    ["a\0"],
    ["\ud800"],
    new Array(101).fill("t"),
    "mail",
    5,
  ].map((tags) => ({ options: JSON.stringify({ tags }), refused: "options.tags" })),

  // metadata
  ...[{}, { a: 1, b: null, c: { d: [null] } }, { text: "x".repeat(64 * KIB - 11) }].map((metadata) => ({
    options: JSON.stringify({ metadata }),
    stored: { metadata },
  })),
  ...["[]", '"text"', "5"].map((json) => ({ options: `{"metadata":${json}}`, refused: "options.metadata" })),
  { options: JSON.stringify({ metadata: { text: "x".repeat(64 * KIB - 10) } }), refused: "options.metadata" },
  { options: `{"metadata":{"a":${nested(1_000)}}}` },
  { options: `{"metadata":{"a":${nested(1_001)}}}`, refused: "options.metadata" },

  // payloads
  ...[
    "{}",
    "[]",
    '""',
    "0",
    "false",
    '"text"',
    '{"a":null,"b":[null]}',
    '{"🚰":"𝄞","":1}',
    '{"a":1,"a":2}',
  ].map((json) => payload(json)),
  payload('{"a":"\\u0001\\u001f\\u007f\\u2028\\\\u0000"}'),
  payload("null", "payload"),
  payload('{"a":[{"b":"x\\u0000y"}]}', "payload.a.0.b"),
  payload('["\\ud83d"]', "payload.0"),
  payload('{"a":"x\\udeb0"}', "payload.a"),
  payload(JSON.stringify("x".repeat(256 * KIB - 2))),
  payload(JSON.stringify("x".repeat(256 * KIB - 1)), "payload"),
  payload(JSON.stringify("€".repeat(87_380))), // 262,142 bytes with its quotes
  payload(JSON.stringify("€".repeat(87_381)), "payload"),
  payload(JSON.stringify({ text: ", : ".repeat(64 * KIB).slice(0, 256 * KIB - 11) })),
  payload(JSON.stringify({ text: ", : ".repeat(64 * KIB).slice(0, 256 * KIB - 10) }), "payload"),
  payload(JSON.stringify(new Array(131_071).fill(1))),
  payload(JSON.stringify(new Array(131_072).fill(1)), "payload"),
  payload(JSON.stringify(new Array(845).fill(1e308))), // 310 bytes each, once written out
  payload(JSON.stringify(new Array(846).fill(1e308)), "payload"),
  payload(JSON.stringify(new Array(800).fill(1.5e-320))),
  payload(JSON.stringify(new Array(37_000).fill(1e308)), "payload"),
  payload(nested(1_001)),
  payload(nested(1_002), "payload"),
  payload(`{"a":${nested(1_000)}}`),
  payload(`{"a":${nested(1_001)}}`, "payload"),

  // numbers
  ...[
    "9007199254740992",
    "-9007199254740992",
    "9007199254740991.0",
    "1e22",
    "1.5e300",
    "1.7976931348623157e308",
  ].map((number) => payload(`[${number}]`)),
  ...["5e-324", "0.1", "1e-7", "123456789.125", "1970670598291982300", "10000000000000000000000"].map(
    (number) => payload(`[${number}]`),
  ),
  ...["-0", "0.0", "0e5", "0E-400"].map((zero) => ({
    payload: `{"a":${zero}}`,
    stored: { payload: { a: 0 } },
  })),
  { payload: "[0.33333333333333333333]" },
  ...["9007199254740993", "-9007199254740993", "1970670598291982290", "1152921504606846976"].flatMap(inexact),
  ...["9007199254740992.5", "12345678901234567.89", "1e400", "-1e400", "1.8e308", "1e-400", "2e-324"].flatMap(
    inexact,
  ),
  payload('{"id":"1970670598291982290"}'),
]

/** Parts of instants and durations in all their combinations, right and wrong. */
export function generatedCases(): Case[] {
  const days = ["2100-01-31", "2100-02-30", "1970-01-01", "9999-12-31", "0000-01-01", "2100-1-01"]
  const separators = ["T", "t", " "]
  const times = ["00:00:00", "23:59", "24:00:00", "12:30:60", "12:30:15.5", "12:30:15.0004999", "12", ""]
  const offsets = ["Z", "z", "", "+00", "+05:30", "-0930", "+14:59", "+15", "-00:00", " +01:00", "[UTC]"]
  const instants = days.flatMap((day) =>
    separators.flatMap((separator) =>
      times.flatMap((time) => offsets.map((offset) => `${day}${separator}${time}${offset}`)),
    ),
  )
  const amounts = [
    "0",
    "1",
    "1.5",
    "0.0005",
    "1.0005",
    "007",
    "999999999999999",
    "1e3",
    "-1",
    ".5",
    "5.",
    "٣",
    "",
  ]
  const units = ["ms", "s", "m", "h", "d", "w", "M", "", " s"]
  const parts = amounts.flatMap((amount) => units.map((unit) => `${amount}${unit}`))
  const durations = parts.flatMap((part) => [part, `1h${part}`, `${part}0.3s`])
  const numbers = [
    "0",
    "-0",
    "0.5",
    "0.0005",
    "1.0005",
    "2.0005",
    "1e-7",
    "1.0",
    "1e3",
    "1.1e0",
    "3155760001",
    "86400.0004999",
  ]
  return [
    ...instants.map((text) => ({ options: JSON.stringify({ runAt: text }) })),
    ...durations.map((text) => ({ options: JSON.stringify({ delay: text }) })),
    ...durations.map((text) => ({ options: JSON.stringify({ timeout: text }) })),
    ...numbers.flatMap((number) =>
      ["delay", "timeout", "priority"].map((option) => ({ options: `{"${option}":${number}}` })),
    ),
  ]
}
