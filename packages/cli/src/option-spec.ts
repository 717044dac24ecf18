import { SluiceError } from "@sluice/core"

/** An option of the command line: how it is explained, and how its text becomes a value. */
export interface OptionSpec<Value> {
  /** What its value is called in the help. Undefined: it has none. */
  readonly placeholder: string | undefined
  readonly help: string
  /** Checks the text, of which errors say that the option has it. */
  readonly read: (text: string, option: string) => unknown
  /** What it may be, for shells that complete it. */
  readonly choices?: readonly string[]
  /** Whether it may be given several times. */
  readonly isList?: boolean
  /** What it is if it isn't given. */
  readonly fallback?: Value
}

type Read<Value> = (text: string, option: string) => Value

/** An option with a value. */
export function option<Value>(
  placeholder: string,
  help: string,
  read: Read<Value>,
): OptionSpec<Value | undefined> {
  return { placeholder, help, read }
}

/** An option whose value is known if it isn't given. */
export function optionOr<Value>(
  fallback: Value,
  placeholder: string,
  help: string,
  read: Read<Value>,
): OptionSpec<Value> {
  return { placeholder, help, read, fallback }
}

/** An option with one of some values. `placeholder`: what it is called in the help. */
export function oneOf<Value extends string>(
  choices: readonly Value[],
  help: string,
  placeholder = choices.length === 2 ? choices.join("|") : "one",
): OptionSpec<Value | undefined> {
  const expected = choices.length === 2 ? choices.join(" or ") : `one of ${choices.join(", ")}`
  const read: Read<Value> = (text, option) =>
    choices.find((choice) => choice === text) ?? refuse(option, text, expected)
  return { placeholder, help, read, choices }
}

/** An option that may be given several times. */
export function listOf<Value>(
  placeholder: string,
  help: string,
  read: Read<Value>,
): OptionSpec<readonly Value[] | undefined> {
  return { placeholder, help, read, isList: true }
}

/** An option without a value. */
export function flag(help: string): OptionSpec<boolean> {
  return { placeholder: undefined, help, read: () => true, fallback: false }
}

/** Somebody has called a command in a way that it doesn't understand. */
export class UsageError extends SluiceError {
  static override readonly name: string = "UsageError"

  constructor(message: string, options?: ErrorOptions) {
    super("bad_arguments", message, options)
  }
}

export function refuse(option: string, value: string, expected: string): never {
  throw new UsageError(`${option} is ${JSON.stringify(value)}: give ${expected}`)
}
