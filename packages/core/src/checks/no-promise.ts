/**
 * Returns what a function of the app's has returned, which must not be a promise: the function can't be async. Throws for one,
 * and takes care that its rejection, which nobody would handle, doesn't end the process.
 */
export function noPromise<Value>(value: Value): Value {
  if (typeof (value as { then?: unknown } | undefined | null)?.then !== "function") return value
  Promise.resolve(value).catch(() => {})
  throw new TypeError("the function returned a promise, but must not be async")
}
