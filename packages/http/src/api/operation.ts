import type { RequestToStore, Role } from "@sluice/core"
import type { Field, Fields, ObjectField, ValueOf, ValuesOf } from "@sluice/core/fields"
import type { Context, Hono } from "hono"
import { readJson, readOptionalJson } from "../messages/body.ts"
import { allowOnly } from "./allow-only.ts"
import { assertMayCall } from "./authorize.ts"
import { requestOf } from "./idempotency.ts"
import { parseQuery, parseText } from "./query.ts"

/**
 * One route, declared once: what it takes is checked by this before its handler is called, its other methods are answered 405,
 * and the description of the API is made from it (see `describe` in ../openapi/describe.ts).
 */
export interface Operation<
  Path extends string = string,
  Params extends Fields = Fields,
  Query extends Fields = Fields,
  Body extends Fields = Fields,
> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /**
   * As Hono takes it: `/v1/jobs/:id`. A parameter that is a name is written `:name{.+}`, because some gateways pass a slash in
   * a name as %2F and others decode it. The path is not normalized: the name `a/../b` is not `b` (see raw-path.ts).
   */
  readonly path: Path
  /** The role that the caller's key must have. What it may do then, and to which jobs, is core's to say: see `actingAs`. null: no key is needed. */
  readonly role: Role | null
  /** The parameters of the path. */
  readonly params?: Params
  /** Its query parameters: others are refused. Default: none. */
  readonly query?: Query
  /** Whether query parameters beside these are ignored, as monitors and those who call back add some. Default false. */
  readonly ignoresOthers?: boolean
  /** The body, a JSON object: see `bodyOf`. Default: it isn't read. */
  readonly body?: ObjectField<Body>
  /** Whether an empty body is an empty object. Default false: it is refused. */
  readonly isBodyOptional?: boolean
  /** Whether the header `Idempotency-Key` makes it safe to send again. Default false. */
  readonly isIdempotent?: boolean
}

/** What a handler gets, checked. */
export interface Call<Params extends Fields, Query extends Fields, Body extends Fields> {
  readonly params: { readonly [Name in keyof Params]: ValueOf<Params[Name]> }
  readonly query: ValuesOf<Query>
  readonly body: ValuesOf<Body>
  /** For core: the request by its `Idempotency-Key`. Empty without one. */
  readonly stored: { readonly request?: RequestToStore }
  readonly context: Context
}

/** `id` of `/v1/jobs/:id/cancel`, `name` of `/v1/queues/:name{.+}/pause`. */
export type ParamOf<Path extends string> = Path extends `${string}:${infer After}`
  ? After extends `${infer Name}{${string}`
    ? Name
    : After extends `${infer Name}/${string}`
      ? Name
      : After
  : never

/** An operation with what carries it out. */
export interface Route {
  readonly operation: Operation
  readonly handle: (call: Call<Fields, Fields, Fields>) => Promise<Response> | Response
}

type ParamsOf<Path extends string> = Readonly<Record<ParamOf<Path>, Field>>

/** Declares an operation, and keeps its types. */
export function operation<
  const Path extends string,
  const Params extends ParamsOf<Path> = ParamsOf<Path>,
  const Query extends Fields = Record<never, never>,
  const Body extends Fields = Record<never, never>,
>(
  declared: Operation<Path, Params, Query, Body> &
    ([ParamOf<Path>] extends [never] ? unknown : { readonly params: Params }),
): Operation<Path, Params, Query, Body> {
  return declared
}

/** The route of an operation. */
export function route<Path extends string, Params extends Fields, Query extends Fields, Body extends Fields>(
  declared: Operation<Path, Params, Query, Body>,
  handle: (call: Call<Params, Query, Body>) => Promise<Response> | Response,
): Route {
  return { operation: declared as Operation, handle: handle as unknown as Route["handle"] }
}

/**
 * Adds the routes to the app, in any order. Of a body at most `maxBodyBytes` are read. A path's other methods are answered 405,
 * and OPTIONS with those that it has.
 */
export function serve(app: Hono, routes: readonly Route[], maxBodyBytes: number): void {
  const paths = new Set(routes.map(({ operation }) => operation.path))
  for (const path of [...paths].sort(specificFirst)) {
    const ofPath = routes.filter(({ operation }) => operation.path === path)
    serveMethods(app, ofPath, maxBodyBytes)
    app.all(path, allowOnly(ofPath.map(({ operation }) => operation.method)))
  }
}

/** Adds the routes to the app, and nothing for the other methods of their paths. */
export function serveMethods(app: Hono, routes: readonly Route[], maxBodyBytes: number): void {
  for (const { operation, handle } of routes)
    app.on(operation.method, operation.path, async (context) => {
      if (operation.role !== null) assertMayCall(context, operation.role)
      return handle(await parse(operation, context, maxBodyBytes))
    })
}

async function parse(
  { params = {}, query = {}, ignoresOthers, body: field, isBodyOptional, isIdempotent }: Operation,
  context: Context,
  maxBodyBytes: number,
): Promise<Call<Fields, Fields, Fields>> {
  const inPath = Object.entries(params).map(([name, field]) => [
    name,
    parseText(name, field, [context.req.param(name) as string]),
  ])
  const inQuery = parseQuery(context.req.queries(), query, ignoresOthers)
  const body = field ? await readBody(context.req.raw, field, isBodyOptional, maxBodyBytes) : {}
  return {
    params: Object.fromEntries(inPath),
    query: inQuery,
    body,
    stored: isIdempotent ? requestOf(context, body) : {},
    context,
  }
}

async function readBody(
  request: Request,
  field: ObjectField,
  isOptional: boolean | undefined,
  maxBodyBytes: number,
): Promise<Record<string, unknown>> {
  const body = isOptional
    ? await readOptionalJson(request, maxBodyBytes, {})
    : await readJson(request, maxBodyBytes)
  field.assert(body, [])
  return body as Record<string, unknown>
}

/** Hono takes the first path that matches: `/v1/jobs/batch` must come before `/v1/jobs/:id`, and `:key{.+}/run` before `:key{.+}`. */
function specificFirst(one: string, other: string): number {
  return one.split(":").length - other.split(":").length || other.split("/").length - one.split("/").length
}
