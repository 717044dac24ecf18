import { COMMANDS } from "./commands.ts"
import { COMMON_OPTIONS, OPTIONS, type OptionName } from "./options.ts"

/** All commands, or one with its options. */
export function help(commandName: string | undefined): string {
  const command = commandName === undefined ? undefined : COMMANDS[commandName]
  if (!command) return overview()
  const options = [...command.options, ...COMMON_OPTIONS]
  const { operand } = command
  return `Usage: sluice ${commandName}${operand ? ` ${operand.name}` : ""} [options]

${capitalise(command.summary)}.${operand ? ` ${operand.name} is ${operand.values.join(" or ")}.` : ""}

${table(options.map((name) => [written(name), OPTIONS[name].help]))}
`
}

function overview(): string {
  return `Usage: sluice COMMAND [options]

${table(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]))}

${table([
  ["help COMMAND", "explains a command and its options"],
  ["--version", "prints the version of this package"],
])}
`
}

function written(name: OptionName): string {
  const { value } = OPTIONS[name]
  return value === undefined ? `--${name}` : `--${name} ${value}`
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join("\n")
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
