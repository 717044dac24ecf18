import { parseArgs } from "node:util"
import { SluiceError } from "@sluice/core"
import { COMMANDS, type Command } from "./commands.ts"
import { help } from "./help.ts"
import { nearest } from "./nearest.ts"
import { COMMON_OPTIONS, type Given, OPTIONS, type OptionName } from "./options.ts"

export type Call =
  | { readonly kind: "help"; readonly command: string | undefined }
  | { readonly kind: "version" }
  | { readonly kind: "run"; readonly command: Command; readonly operand: string; readonly given: Given }

/** What the command line asks for. Throws `SluiceError` (`unknown_command`, `bad_arguments`). */
export function parseArguments(args: readonly string[]): Call {
  const { positionals, tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(OPTIONS).map(([name, { value }]) => [name, parsing(value)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const [name, ...rest] = positionals
  const options = tokens.filter((token) => token.kind === "option")
  const asked = options.map(({ name }) => name)
  if (asked.includes("version") || (asked.includes("v") && name === undefined)) return { kind: "version" }
  if (name === "help") return { kind: "help", command: rest[0] && knownCommand(rest[0]) }
  if (asked.includes("help") || asked.includes("h"))
    return { kind: "help", command: name && knownCommand(name) }
  if (name === undefined) throw new SluiceError("unknown_command", `Which command?\n\n${help(undefined)}`)
  const command = COMMANDS[knownCommand(name)] as Command
  const given = readGiven(name, command, options)
  return { kind: "run", command, operand: readOperand(name, command, rest), given }
}

/** Empty for a command that takes none. */
function readOperand(name: string, { operand }: Command, [value, ...more]: string[]): string {
  const excess = operand ? more[0] : value
  const taken = operand ? `one ${operand.name}, and options` : "options only"
  if (excess !== undefined) throw bad(`sluice ${name} takes ${taken}, not ${JSON.stringify(excess)}`, name)
  if (!operand) return ""
  if (value !== undefined && operand.values.includes(value)) return value
  const given = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`
  throw bad(`${operand.name} ${given}: give ${operand.values.join(" or ")}`, name)
}

function parsing(value: string | undefined) {
  return { type: value === undefined ? "boolean" : "string" } as const
}

function knownCommand(name: string): string {
  if (Object.hasOwn(COMMANDS, name)) return name
  const near = nearest(name, Object.keys(COMMANDS))
  const hint = near ? `did you mean ${near}?` : `commands are ${Object.keys(COMMANDS).join(", ")}`
  throw new SluiceError("unknown_command", `There is no command ${JSON.stringify(name)}: ${hint}`)
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function readGiven(commandName: string, command: Command, tokens: readonly OptionToken[]): Given {
  const given: Partial<Record<OptionName, string>> = {}
  for (const token of tokens) {
    const name = knownOption(token, commandName, command)
    if (given[name] !== undefined) throw bad(`--${name} is given twice: give it once`, commandName)
    given[name] = givenValue(name, token, commandName)
  }
  return given
}

function knownOption({ name, rawName }: OptionToken, commandName: string, command: Command): OptionName {
  const known = [...COMMON_OPTIONS, ...command.options]
  const option = known.find((candidate) => candidate === name)
  if (option !== undefined) return option
  const others = Object.keys(COMMANDS).filter((other) =>
    COMMANDS[other]?.options.includes(name as OptionName),
  )
  if (others.length > 0) throw bad(`${rawName} is an option of ${others.join(" and ")}`, commandName)
  const near = nearest(name, known)
  throw bad(`There is no option ${rawName}${near ? `: did you mean --${near}?` : ""}`, commandName)
}

function givenValue(name: OptionName, { value, inlineValue }: OptionToken, commandName: string): string {
  const expected = OPTIONS[name].value
  if (expected === undefined) {
    if (value !== undefined) throw bad(`--${name} takes no value`, commandName)
    return ""
  }
  if (value === undefined || (!inlineValue && value.startsWith("--"))) {
    throw bad(`--${name} needs a value: --${name} ${expected}`, commandName)
  }
  return value
}

function bad(message: string, commandName: string): SluiceError {
  const end = message.endsWith("?") ? "" : "."
  return new SluiceError("bad_arguments", `${message}${end} See sluice help ${commandName}`)
}
