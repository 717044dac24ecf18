import type { StandardSchemaV1 } from "@standard-schema/spec"
import { assertName, refuse } from "../checks/validate.ts"

/** An event, returned by {@link defineEvent}: a name, and the schema of its payloads. */
export interface EventDefinition<Input = unknown, Payload = Input, Name extends string = string> {
  readonly name: Name
  /** Undefined: payloads aren't checked. */
  readonly schema: StandardSchemaV1<Input, Payload> | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: the one type that every event is assignable to
export type AnyEvent = EventDefinition<any, any, string>
/** What is passed to `emit`, and to the jobs that subscribe. */
export type EmittedOf<Event> = Event extends EventDefinition<infer Input, infer _P, string> ? Input : never
/** What `match` may contain: any part of the payload. */
export type MatchOf<Payload> = unknown extends Payload ? Readonly<Record<string, unknown>> : PartOf<Payload>
type PartOf<Value> = Value extends readonly (infer Element)[]
  ? readonly PartOf<Element>[]
  : Value extends { toJSON(...given: never[]): infer AsJson }
    ? Value | AsJson
    : Value extends object
      ? { readonly [Key in keyof Value]?: PartOf<Value[Key]> }
      : Value
/** What `waitForEvent` returns: the output of the event's schema. */
export type ReceivedOf<Event> =
  Event extends EventDefinition<infer _I, infer Payload, string> ? Payload : never

/**
 * Defines an event: something that has happened, to which jobs can subscribe with `on`, and for which they can wait. Emit it with
 * `sluice.emit`.
 *
 * @param name Letters, digits, `.`, `_`, `-`, `/` and `:`, up to 128 characters.
 * @param schema Any Standard Schema. Payloads are validated when they are emitted, and by the jobs.
 * @throws InvalidInputError
 *
 * @example
 * export const orderPaid = defineEvent("order.paid", z.object({ orderId: z.string() }))
 */
export function defineEvent<Schema extends StandardSchemaV1, const Name extends string = string>(
  name: Name,
  schema: Schema,
): EventDefinition<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>, Name> & {
  readonly schema: Schema
}
/** Without a schema, payloads are not validated. */
export function defineEvent<Payload = unknown, const Name extends string = string>(
  name: Name,
): EventDefinition<Payload, Payload, Name>
export function defineEvent(name: string, schema?: StandardSchemaV1): EventDefinition {
  assertName(name, ["defineEvent", "name"])
  if (schema !== undefined && typeof schema?.["~standard"]?.validate !== "function")
    refuse("invalid_option", schema, [name, "schema"], "a Standard Schema, such as that of zod")
  return { name, schema }
}

/** Checks what a definition subscribes to. */
export function assertEvents(events: readonly EventDefinition[] | undefined, path: readonly string[]): void {
  if (events === undefined) return
  const isList =
    Array.isArray(events) && events.every((event) => typeof event?.name === "string" && "schema" in event)
  if (!isList) refuse("invalid_option", events, path, "a list of what defineEvent returns")
  if (new Set(events.map(({ name }) => name)).size < events.length)
    refuse(
      "invalid_option",
      events.map(({ name }) => name),
      path,
      "each event once",
    )
}

/** The event that has enqueued a job, from its metadata: see emit_event.sql. */
export function eventIn({ event }: Readonly<Record<string, unknown>>): { readonly name: string } | undefined {
  const { name } = (event ?? {}) as { name?: unknown }
  return typeof name === "string" ? { name } : undefined
}
