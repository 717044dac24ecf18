import { InvalidInputError } from "@sluice/core"
import type { OptionSpec } from "./option-spec.ts"
import { OPTIONS, type OptionName } from "./options.ts"

/** The options that somebody has typed, each with its text. */
export type Typed = ReadonlyMap<OptionName, string>

/** The arguments of core in which a command passes its options on, and what these begin with then. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  filter: "",
  options: "",
  settings: "",
  migrate: "",
  changes: "set-",
}

/** Options that core calls otherwise: `names` is `--only-name`. */
const OTHERS: Readonly<Record<string, OptionName>> = {
  tags: "tag",
  names: "only-name",
  queues: "only-queue",
  expiresIn: "valid-for",
  overlap: "overlap-policy",
  retriedBy: "by",
  per: "rate",
}

/** Core's error of what was typed, told as it was typed: `--set-run-at is "never"` in place of `changes.runAt is …`. */
export function inWordsOf(typed: Typed, error: InvalidInputError): InvalidInputError {
  const { code, path, message } = error
  const called = calledIn(message, path)
  if (called.length === 0) return error
  const prefix = ARGUMENTS[String(called[0])]
  const isWhole = prefix === undefined || called.length === 1
  const [name, ...deeper] = isWhole ? called : called.slice(1)
  const option = optionOf(String(name), isWhole ? "" : prefix, typed)
  const rest = bothInWords(message.slice(called.join(".").length), prefix ?? "", typed)
  if (option !== undefined)
    return told(
      `--${[option, ...(isList(option) ? [] : deeper)].join(".")}${valueAsTyped(option, deeper, rest)}`,
    )
  if (called[0] === "options" && typed.has("options") && called.length > 1)
    return told(`--options: ${called.slice(1).join(".")}${rest}`)
  return error

  function told(text: string): InvalidInputError {
    return new InvalidInputError(code, text, { path, cause: error })
  }

  /** A duration was typed as `9d`, which core has as 777600 seconds. */
  function valueAsTyped(option: OptionName, deeper: readonly unknown[], rest: string): string {
    const [, expected] = /^ is [\d.]+: (give .*)$/s.exec(rest) ?? []
    if (expected === undefined || deeper.length > 0 || isList(option)) return rest
    return ` is ${JSON.stringify(typed.get(option))}: ${expected}`
  }
}

/** The part of the path with which the message begins: of an unknown key, what has it. */
function calledIn(message: string, path: InvalidInputError["path"]): InvalidInputError["path"] {
  const isCalled = (part: InvalidInputError["path"]) => message.startsWith(`${part.join(".")} `)
  return [path, path.slice(0, -1)].find((part) => part.length > 0 && isCalled(part)) ?? []
}

function isList(option: OptionName): boolean {
  const { isList = false }: OptionSpec<unknown> = OPTIONS[option]
  return isList
}

function optionOf(name: string, prefix: string, typed: Typed): OptionName | undefined {
  const own = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const candidates = [own, OTHERS[name]].map((one) => `${prefix}${one}` as OptionName)
  return candidates.find((one) => typed.has(one))
}

/** `give runAt or delay, not both`. */
function bothInWords(text: string, prefix: string, typed: Typed): string {
  return text.replace(/: give (\w+) or (\w+), not both$/, (whole, one: string, other: string) => {
    const options = [optionOf(one, prefix, typed), optionOf(other, prefix, typed)]
    return options.includes(undefined) ? whole : `: give --${options[0]} or --${options[1]}, not both`
  })
}
