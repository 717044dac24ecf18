import type { Operation, ParamOf } from "../api/operation.ts"
import type { QueryKinds } from "../api/query.ts"

/** A JSON Schema 2020-12. */
export type Schema = Readonly<Record<string, unknown>>

/** What the document says of an operation beyond what its declaration does. */
export interface Description<Parameter extends string = string> {
  /** Its name in generated clients. */
  readonly id: string
  readonly tag: string
  readonly summary: string
  /** A schema for each parameter of the path and the query, with its description. Default for the path: any text. */
  readonly parameters?: Readonly<Record<Parameter, Schema>>
  /** The component of its body. Its properties are the keys of the declaration. */
  readonly body?: string
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

/** Describes an operation: with a schema for each parameter that it declares. */
export function describe<Path extends string, Query extends QueryKinds, Key extends string>(
  operation: Operation<Path, Query, Key>,
  description: Description<ParamOf<Path> | (keyof Query & string)>,
): Described {
  return { operation, description }
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

/** The components of the document: the schemas that operations and other schemas refer to by name. */
export type Components = Readonly<Record<string, Schema>>

/** The `paths` of the document. */
export function pathsOf(
  described: readonly Described[],
  components: Components,
): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {}
  for (const { operation, description } of described) {
    assertKeys(operation, description, components)
    const path = operation.path.replace(/:(\w+)(\{.*?\})?/g, "{$1}")
    const method = operation.method.toLowerCase()
    paths[path] = { ...paths[path], [method]: toOpenApi(operation, description) }
  }
  return paths
}

/** What is refused as unknown must not be in the document, and the other way round. */
function assertKeys({ body }: Operation, description: Description, components: Components): void {
  const { properties = {} } = (components[description.body ?? ""] ?? {}) as { properties?: object }
  const described = Object.keys(properties).sort().join(", ")
  const declared = [...(body?.keys ?? (body ? Object.keys(properties) : []))].sort().join(", ")
  if ((body === undefined) !== (description.body === undefined) || described !== declared)
    throw new Error(
      `${description.id} declares a body with the keys '${declared}', but its component ${description.body} has '${described}'`,
    )
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
      requestBody: { required: !operation.body?.isOptional, content: json(body) },
    }),
    responses: { ...problemsOf(operation, problems), ...answersOf(responses) },
  }
}

function parametersOf(
  { path, query = {}, isIdempotent }: Operation,
  { parameters: schemas = {}, headers = {} }: Description,
) {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) =>
    parameterOf(name, { in: "path", required: true }, schemas[name] ?? { type: "string" }),
  )
  const inQuery = Object.keys(query).map((name) => parameterOf(name, { in: "query" }, schemas[name] ?? {}))
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
