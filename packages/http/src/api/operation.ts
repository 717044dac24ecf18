import type { RequestToStore, Role } from "@sluice/core"
import type { Context, Hono } from "hono"
import { readJson, readOptionalJson } from "../messages/body.ts"
import { allowOnly } from "./allow-only.ts"
import { assertMayCall } from "./authorize.ts"
import { requestOf } from "./idempotency.ts"
import { parseObject } from "./parse-object.ts"
import { parseQuery, type QueryKinds, type QueryOf } from "./query.ts"

/**
 * One route, declared once: what it takes is checked by this before its handler is called, its other methods are answered 405,
 * and the description of the API is made from it (see `describe` in ../openapi/describe.ts).
 */
export interface Operation<
  Path extends string = string,
  Query extends QueryKinds = QueryKinds,
  Key extends string = string,
> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /**
   * As Hono takes it: `/v1/jobs/:id`. A parameter that is a name is written `:name{.+}`, because some gateways pass a slash in
   * a name as %2F and others decode it. The path is not normalized: the name `a/../b` is not `b` (see raw-path.ts).
   */
  readonly path: Path
  /** The role that the caller's key must have. What it may do then, and to which jobs, is core's to say: see `actingAs`. null: no key is needed. */
  readonly role: Role | null
  /** Its query parameters: others are refused. Default: none. */
  readonly query?: Query
  /** Whether query parameters beside these are ignored, as monitors and those who call back add some. Default false. */
  readonly ignoresOthers?: boolean
  /** Default: a body isn't read. */
  readonly body?: BodyKeys<Key>
  /** Whether the header `Idempotency-Key` makes it safe to send again. Default false. */
  readonly isIdempotent?: boolean
}

/** The body is a JSON object. */
interface BodyKeys<Key extends string> {
  /** Its keys: others are refused. Default: core checks the whole body, which the handler gets as it is. */
  readonly keys?: readonly Key[]
  /** Whether an empty body is an empty object. Default false: it is refused. */
  readonly isOptional?: boolean
}

/** What a handler gets, parsed. Values that core validates are passed to it as they came. */
export interface Call<Path extends string, Query extends QueryKinds, Key extends string> {
  readonly params: Readonly<Record<ParamOf<Path>, string>>
  readonly query: QueryOf<Query>
  readonly body: Readonly<Partial<Record<Key, unknown>>>
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
  readonly handle: (call: Call<string, QueryKinds, string>) => Promise<Response> | Response
}

/** Declares an operation, and keeps its types. */
export function operation<
  const Path extends string,
  const Query extends QueryKinds = Record<never, never>,
  const Key extends string = never,
>(declared: Operation<Path, Query, Key>): Operation<Path, Query, Key> {
  return declared
}

/** The route of an operation. */
export function route<Path extends string, Query extends QueryKinds, Key extends string>(
  declared: Operation<Path, Query, Key>,
  handle: (call: Call<Path, Query, Key>) => Promise<Response> | Response,
): Route {
  return { operation: declared, handle: handle as Route["handle"] }
}

/**
 * Adds the routes to the app, in any order. Of a body at most `maxBodyBytes` are read. A path's other methods are answered 405,
 * and OPTIONS with those that it has.
 */
export function serve(app: Hono, routes: readonly Route[], maxBodyBytes: number): void {
  const paths = new Set(routes.map(({ operation }) => operation.path))
  for (const path of [...paths].sort(specificFirst)) {
    const ofPath = routes.filter(({ operation }) => operation.path === path)
    for (const { operation, handle } of ofPath)
      app.on(operation.method, path, async (context) => {
        if (operation.role !== null) assertMayCall(context, operation.role)
        return handle(await parse(operation, context, maxBodyBytes))
      })
    app.all(path, allowOnly(ofPath.map(({ operation }) => operation.method)))
  }
}

async function parse(
  { query, ignoresOthers, body: keys, isIdempotent }: Operation,
  context: Context,
  maxBodyBytes: number,
): Promise<Call<string, QueryKinds, string>> {
  const parameters = parseQuery(context.req.queries(), query ?? {}, ignoresOthers)
  const body = keys ? await readBody(context.req.raw, keys, maxBodyBytes) : {}
  return {
    params: context.req.param(),
    query: parameters as QueryOf<QueryKinds>,
    body,
    stored: isIdempotent ? requestOf(context, body) : {},
    context,
  }
}

async function readBody(
  request: Request,
  { keys, isOptional }: BodyKeys<string>,
  maxBodyBytes: number,
): Promise<Record<string, unknown>> {
  const body = isOptional
    ? await readOptionalJson(request, maxBodyBytes, {})
    : await readJson(request, maxBodyBytes)
  return keys ? parseObject([], body, keys) : (body as Record<string, unknown>)
}

/** Hono takes the first path that matches: `/v1/jobs/batch` must come before `/v1/jobs/:id`, and `:key{.+}/run` before `:key{.+}`. */
function specificFirst(one: string, other: string): number {
  return one.split(":").length - other.split(":").length || other.split("/").length - one.split("/").length
}
