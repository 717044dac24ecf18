/** A value that JSON can represent. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * What is read of a value after it was stored as JSON: a `Date` becomes a string, as does whatever else has a `toJSON`;
 * functions and symbols are left out.
 */
// biome-ignore lint/suspicious/noExplicitAny: of any, nothing is known
export type JsonOf<Value> = IsAny<Value> extends true ? any : Stored<Value>

// biome-ignore-start lint/suspicious/noConfusingVoidType: what a function without a result returns
type Stored<Value> = Value extends string | number | boolean | null
  ? Value
  : Value extends undefined | void | Unwritten
    ? undefined
    : Value extends bigint
      ? never
      : Value extends { toJSON(...parameters: never[]): infer Written }
        ? JsonOf<Written>
        : Value extends readonly unknown[]
          ? { [Index in keyof Value]: ItemOf<Value[Index]> }
          : Value extends object
            ? { [Key in keyof Value as KeyOf<Key, Value[Key]>]: JsonOf<Present<Value, Key>> }
            : Value
// biome-ignore-end lint/suspicious/noConfusingVoidType: see above

/** What JSON leaves out of an object, and writes as null in a list. */
type Unwritten = symbol | ((...parameters: never[]) => unknown)

type ItemOf<Value> = Value extends undefined | Unwritten ? null : JsonOf<Value>

/** JSON has no undefined, so an optional property that is there has a value. */
type Present<Value, Key extends keyof Value> =
  Record<never, never> extends Pick<Value, Key> ? Exclude<Value[Key], undefined> : Value[Key]

type KeyOf<Key, Value> = Key extends symbol ? never : [Value] extends [Unwritten] ? never : Key

export type IsAny<Value> = 0 extends 1 & Value ? true : false
