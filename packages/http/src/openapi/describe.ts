import type { Field, Fields } from "@sluice/core/fields"
import type { Operation, ParamOf } from "../api/operation.ts"

/** A JSON Schema 2020-12. */
export type Schema = Readonly<Record<string, unknown>>

/** What the document says of a value beyond what its field does. */
export type Note = string | Remarks

interface Remarks {
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  /** Of an object. */
  readonly notes?: Notes
  /** Of the items of a list. */
  readonly items?: Note
  /** The component that describes it. */
  readonly as?: Component
  /** What else holds of it, and is checked in another way than by fields. */
  readonly schema?: Schema
}

/** A note for each property. */
export type Notes = Readonly<Record<string, Note>>

/** A schema with a name in the document, of an object that requests have. */
export interface Component {
  readonly name: string
  readonly field: Field
  readonly schema: Schema
}

export function component(
  name: string,
  field: Field | undefined,
  notes: Notes,
  remarks: Remarks = {},
): Component {
  if (field === undefined) throw new Error(`${name} describes the body of an operation that has none`)
  return { name, field, schema: schemaOf(name, field, { ...remarks, notes }) }
}

/** The schemas of components by their names. */
export function schemasOf(...components: readonly Component[]): Readonly<Record<string, Schema>> {
  return Object.fromEntries(components.map(({ name, schema }) => [name, schema]))
}

/** The schema of what a field takes. `where` is for errors. */
function schemaOf(where: string, field: Field, note: Note): Schema {
  const given: Remarks = typeof note === "string" ? { description: note } : note
  const { notes = {}, items = {}, as, schema, ...remarks } = given
  if (as) return { ...referenceTo(as, field, where), ...remarks }
  return { ...plainSchemaOf(where, field, notes, items), ...schema, ...remarks }
}

function referenceTo({ name, field: described }: Component, { fields }: Field, where: string): Schema {
  if (described.fields === fields) return { $ref: `#/components/schemas/${name}` }
  throw new Error(`${where} isn't checked as ${name}, which describes it`)
}

function plainSchemaOf(where: string, field: Field, notes: Notes, ofItems: Note): Schema {
  if (field.fields)
    return { ...field.schema, additionalProperties: false, ...partsOf(where, field.fields, notes) }
  if (field.anyOf) return { anyOf: field.anyOf.map((one) => schemaOf(where, one, { notes })) }
  if (!field.items) return field.schema
  const items = schemaOf(where, field.items, ofItems)
  const list = { ...field.schema, items }
  return field.isOneOrSome ? { oneOf: [items, list] } : list
}

/** What is refused as unknown must not be in the document, and the other way round. */
function partsOf(where: string, fields: Fields, notes: Partial<Notes>) {
  const described = Object.entries(fields).filter(([, { schema }]) => !("not" in schema))
  for (const key of Object.keys(notes))
    if (!Object.hasOwn(fields, key)) throw new Error(`${where} has a note for ${key}, which isn't a field`)
  const required = described.filter(([, { isRequired }]) => isRequired).map(([key]) => key)
  const properties = described.map(([key, field]) => {
    const note = notes[key]
    if (note === undefined) throw new Error(`${where} has no note for the field ${key}`)
    return [key, schemaOf(`${where}.${key}`, field, note)]
  })
  return { ...(required.length > 0 && { required }), properties: Object.fromEntries(properties) }
}

/** What the document says of an operation beyond what its declaration does. */
export interface Description<Parameter extends string = string> {
  /** Its name in generated clients. */
  readonly id: string
  readonly tag: string
  readonly summary: string
  /** A note for each parameter of the query, and for those of the path that need one. */
  readonly parameters?: Readonly<Partial<Record<Parameter, Note>>>
  /** Of its body. */
  readonly body?: Component
  readonly responses: Readonly<Record<number, Answer>>
  /** Default: the key, unless the declaration says that none is needed. */
  readonly security?: readonly object[]
  readonly description?: string
  /** Schemas of the headers that it reads, beside those that all operations do. */
  readonly headers?: Readonly<Record<string, Schema>>
  /** Statuses of its problems, beside those that follow from what it takes. */
  readonly problems?: readonly number[]
}

interface Answer {
  readonly description: string
  /** The component of its body. */
  readonly body?: string
  /** A body that isn't a component, by its content type. */
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
  readonly headers?: Readonly<Record<string, Schema>>
}

export interface Described {
  readonly operation: Operation
  readonly description: Description
}

/** Describes an operation: with a note for each parameter that it declares. */
export function describe<
  Path extends string,
  Params extends Fields,
  Query extends Fields,
  Body extends Fields,
>(
  operation: Operation<Path, Params, Query, Body>,
  description: Description<ParamOf<Path> | (keyof Query & string)>,
): Described {
  return { operation: operation as Operation, description }
}

/** The header of a response that says where to read what was stored. */
export function locationOf(what: string): Readonly<Record<string, Schema>> {
  return { location: { description: `Where to read the ${what}.`, schema: { type: "string" } } }
}

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "1 to 255 visible ASCII characters, in double quotes or without. For 24 hours a request with the same key and body stores nothing and gets the first response again. Failed requests aren't remembered.",
  schema: {
    type: "string",
    pattern: '^("[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}"|[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255})$',
  },
  example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
}

/** The `paths` of the document. */
export function pathsOf(described: readonly Described[]): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {}
  for (const { operation, description } of described) {
    if (operation.body?.fields !== description.body?.field.fields)
      throw new Error(`${description.id} isn't described with the body that it checks`)
    const path = operation.path.replace(/:(\w+)(\{.*?\})?/g, "{$1}")
    const method = operation.method.toLowerCase()
    paths[path] = { ...paths[path], [method]: toOpenApi(operation, description) }
  }
  return paths
}

function toOpenApi(operation: Operation, description: Description): object {
  const { id, tag, summary, body, responses, problems = [] } = description
  const security = description.security ?? (operation.role === null ? [] : undefined)
  const parameters = parametersOf(operation, description)
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description.description !== undefined && { description: description.description }),
    ...(security && { security }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: !operation.isBodyOptional, content: json(body.name) },
    }),
    responses: { ...problemsOf(operation, problems), ...answersOf(responses) },
  }
}

function parametersOf(
  { params = {}, query = {}, isIdempotent }: Operation,
  { id, parameters: notes = {}, headers = {} }: Description,
) {
  const inPath = Object.entries(params).map(([name, field]) =>
    parameterOf(name, { in: "path", required: true }, schemaOf(id, field, notes[name] ?? {})),
  )
  const { properties } = partsOf(
    id,
    query,
    Object.fromEntries(Object.entries(notes).filter(([name]) => !Object.hasOwn(params, name))),
  )
  const inQuery = Object.entries(properties).map(([name, schema]) =>
    parameterOf(name, { in: "query" }, schema as Schema),
  )
  const inHeader = Object.entries(headers).map(([name, schema]) =>
    parameterOf(name, { in: "header" }, schema),
  )
  return [...inPath, ...inQuery, ...inHeader, ...(isIdempotent ? [IDEMPOTENCY_KEY] : [])]
}

function parameterOf(name: string, place: object, { description, ...schema }: Schema): object {
  return { name, ...place, ...(description !== undefined && { description }), schema }
}

function answersOf(answers: Description["responses"]) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { body, ...answer }]) => [
      status,
      { ...answer, ...(body !== undefined && { content: json(body) }) },
    ]),
  )
}

/** Each operation with a key may fail for the key, and for the server; what is parsed may be wrong. */
function problemsOf({ role, path, query, body, isIdempotent }: Operation, more: readonly number[]) {
  const statuses = [
    ...(role === null ? [] : [401, 403, 429, 500, 503]),
    ...(body ? [400, 413, 415, 422] : []),
    ...(query || path.includes(":") ? [422] : []),
    ...(isIdempotent ? [400, 409, 422] : []),
    ...more,
  ]
  const unique = [...new Set(statuses)].sort((one, other) => one - other)
  return Object.fromEntries(unique.map((status) => [status, { $ref: `#/components/responses/${status}` }]))
}

function json(component: string) {
  return { "application/json": { schema: { $ref: `#/components/schemas/${component}` } } }
}
