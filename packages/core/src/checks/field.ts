import { boundedMs, type Duration, durationMs, LONGEST_MS } from "./duration.ts"
import {
  assertKnownKeys,
  assertName,
  assertPeriod,
  isRecord,
  isText,
  NAME,
  type Path,
  refuse,
  refuseUnknown,
} from "./validate.ts"

/** What a value may be. It is checked and typed by this, and the description of the API is made from it. */
export interface Field<Value = unknown, IsRequired extends boolean = boolean> {
  /** Throws `InvalidInputError` for what it may not be, undefined included. */
  readonly assert: (value: unknown, path: Path) => void
  /** Whether it may be this, if that can be said without a path. */
  readonly isValid?: (value: unknown) => boolean
  /** The same as a JSON Schema, but for its parts. */
  readonly schema: Readonly<Record<string, unknown>>
  /** Of an object. */
  readonly fields?: Fields
  /** Of a list. */
  readonly items?: Field
  /** Whether one of them may stand for the list. */
  readonly isOneOrSome?: boolean
  /** Of what may be of several kinds. */
  readonly anyOf?: readonly Field[]
  readonly isRequired: IsRequired
  /** Never there: for its type. */
  readonly value?: Value
}

export type Fields = Readonly<Record<string, Field>>

/** The declaration of an object: as `satisfies FieldsOf<Options>`, it has a field for each property. */
export type FieldsOf<Options> = { readonly [Key in keyof Options]-?: Field<Options[Key]> }

export type ValueOf<One extends Field> = Exclude<One["value"], undefined>

/** What an object has whose fields these are. */
export type ValuesOf<Of extends Fields> = {
  readonly [Key in keyof Of as Of[Key] extends Field<unknown, true> ? Key : never]: ValueOf<Of[Key]>
} & {
  readonly [Key in keyof Of as Of[Key] extends Field<unknown, true> ? never : Key]?: ValueOf<Of[Key]>
}

/** What values of an object have to do with each other. */
export interface Rule {
  readonly assert: (value: Readonly<Record<string, unknown>>, path: Path) => void
  /** Undefined: it isn't described. */
  readonly schema?: Readonly<Record<string, unknown>>
}

/** A value that `isValid`; else the message says what is `expected`. */
export function field<Value>(
  schema: Field["schema"],
  isValid: (value: unknown) => boolean,
  expected: string,
  code = "invalid_option",
): Field<Value, false> {
  return {
    schema,
    isRequired: false,
    isValid,
    assert(value, path) {
      if (!isValid(value)) refuse(code, value, path, expected)
    },
  }
}

export function required<Value>(one: Field<Value>): Field<Value, true> {
  return { ...one, isRequired: true }
}

export function integer(least: number, most: number): Field<number, false> {
  return field(
    { type: "integer", minimum: least, maximum: most },
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    `a whole number from ${least} to ${most}`,
  )
}

export const yesOrNo: Field<boolean, false> = field(
  { type: "boolean" },
  (value) => typeof value === "boolean",
  "true or false",
)

export function oneOf<const Value extends string>(known: readonly Value[]): Field<Value, false> {
  const isValid = (value: unknown) => known.includes(value as Value)
  return {
    schema: { type: "string", enum: known },
    isRequired: false,
    isValid,
    assert(value, path) {
      if (!isValid(value)) refuseUnknown(value, path, known)
    },
  }
}

/** Lengths are in code points, as in JSON Schema and in Postgres. */
export function text(mostCharacters = 512): Field<string, false> {
  return field(
    { type: "string", minLength: 1, maxLength: mostCharacters },
    (value) => isText(value, mostCharacters),
    `text of 1 to ${mostCharacters} characters, without NUL`,
  )
}

/** Text that `pattern` matches. */
export function textLike(pattern: RegExp, expected: string, code?: string): Field<string, false> {
  return field(
    { type: "string", pattern: pattern.source },
    (value) => typeof value === "string" && pattern.test(value),
    expected,
    code,
  )
}

/** Text of a form that isn't described; whoever gets it checks it. */
export function textOf(format: string, expected: string): Field<string, false> {
  return field({ type: "string", format }, (value) => typeof value === "string", expected)
}

/** Where a list continues. Nobody but Sluice needs to read it. */
export const place = textOf("place", "the last `next`")

export const name: Field<string, false> = {
  schema: { type: "string", pattern: NAME.source },
  isRequired: false,
  assert: assertName,
}

const DURATION_TEXT = "([0-9]{1,15}(\\.[0-9]{1,15})?(ms|s|m|h|d)){1,10}"

export const durationText = { type: "string", pattern: `^${DURATION_TEXT}$` }

/** A length of time from `leastMs` to `mostMs`. Of text only the form is described. */
export function durationFrom(leastMs: number, mostMs: number): Field<Duration, false> {
  const seconds = { minimum: leastMs / 1_000, maximum: mostMs / 1_000 }
  return durationField(seconds, "", (value, path) => boundedMs(value as Duration, path, leastMs, mostMs))
}

export const duration: Field<Duration, false> = durationField(
  { minimum: 0, maximum: LONGEST_MS / 1_000 },
  "",
  (value, path) => durationMs(value as Duration, path),
)

/** A length of time that isn't 0. `mostMs`: default a hundred years. */
export function period(mostMs = LONGEST_MS, expected?: string): Field<Duration, false> {
  const seconds = { exclusiveMinimum: 0, maximum: Math.floor(mostMs / 1_000) }
  return durationField(seconds, "(?=.*[1-9])", (value, path) => assertPeriod(value, path, mostMs, expected))
}

function durationField(seconds: object, ahead: string, assert: Field["assert"]): Field<Duration, false> {
  const number = { type: "number", ...seconds }
  const pattern = `^${ahead}${DURATION_TEXT}$`
  return {
    schema: { oneOf: [number, { type: "string", pattern }], examples: ["5m"] },
    isRequired: false,
    assert,
  }
}

/** A JSON object, of whatever. */
export const anyObject: Field<Readonly<Record<string, unknown>>, false> = field(
  { type: "object" },
  isRecord,
  "a JSON object",
)

/** JSON, of which whoever gets it checks more. */
export const anyJson: Field<unknown, false> = field({}, () => true, "JSON")

/** JSON that isn't null. */
export const notNull: Field<unknown, false> = field(
  { type: ["object", "array", "string", "number", "boolean"] },
  (value) => value !== null,
  "JSON that isn't null",
  "invalid_payload",
)

export function list<Value>(
  items: Field<Value>,
  least: number,
  most: number,
): Field<readonly Value[], false> {
  return {
    schema: { type: "array", ...(least > 0 && { minItems: least }), maxItems: most },
    items,
    isRequired: false,
    assert(value, path) {
      if (!Array.isArray(value) || value.length < least || value.length > most)
        refuse("invalid_option", value, path, `a list of ${least > 0 ? `${least} to` : "up to"} ${most}`)
      for (const [index, one] of value.entries()) items.assert(one, [...path, index])
    },
  }
}

/** One of these, or a list of them. */
export function oneOrSome<Value>(
  one: Field<Value>,
  least = 1,
  most = 100,
): Field<Value | readonly Value[], false> {
  const some = list(one, least, most)
  return {
    ...some,
    isOneOrSome: true,
    assert: (value, path) => (Array.isArray(value) ? some : one).assert(value, path),
  }
}

/** What others of the same kind have, and this can't have. */
export function refused(expected: string): Field<never, false> {
  return field({ not: {} }, () => false, expected)
}

/** Checks what is given of these, of an object that may have more. */
export function assertGiven(fields: Fields, value: object, path: Path): void {
  for (const [key, field] of Object.entries(fields)) {
    const given = (value as Readonly<Record<string, unknown>>)[key]
    if (given !== undefined) field.assert(given, [...path, key])
  }
}

/** An object with no other properties than these. */
export function object<const Of extends Fields>(fields: Of, ...rules: Rule[]): ObjectField<Of> {
  const known = Object.keys(fields)
  const byKey = new Map(Object.entries(fields))
  const needed = known.filter((key) => fields[key]?.isRequired)
  const allOf = rules.flatMap(({ schema = [] }) => schema)
  return {
    schema: { type: "object", ...(allOf.length > 0 && { allOf }) },
    fields,
    rules,
    isRequired: false,
    assert(value, path) {
      if (!isRecord(value)) refuse("invalid_option", value, path, "an object")
      for (const key of Object.keys(value)) {
        const one = byKey.get(key)
        if (!one) assertKnownKeys(value, known, path)
        else if (value[key] !== undefined && !one.isValid?.(value[key]))
          one.assert(value[key], [...path, key])
      }
      for (const key of needed) if (value[key] === undefined) fields[key]?.assert(undefined, [...path, key])
      for (const rule of rules) rule.assert(value, path)
    },
  }
}

/**
 * Checks the options of a call. They are declared away from their type, so that a function can begin without what they are for: here
 * the compiler wants a field for each property.
 */
export function checkOptions<Options extends object>(
  declared: Field & { readonly fields: FieldsOf<NoInfer<Options>> },
  options: Options,
  path: Path = [],
): void {
  declared.assert(options, path)
}

export interface ObjectField<Of extends Fields = Fields, IsRequired extends boolean = false>
  extends Field<ValuesOf<Of>, IsRequired> {
  readonly fields: Of
  readonly rules: readonly Rule[]
}

/** `other` says the same as `one`. */
export function notBoth(one: string, other: string, expected = `${one} or ${other}, not both`): Rule {
  return {
    schema: { not: { required: [one, other] } },
    assert(value, path) {
      if (value[one] !== undefined && value[other] !== undefined)
        refuse("invalid_option", value[other], [...path, other], expected)
    },
  }
}
