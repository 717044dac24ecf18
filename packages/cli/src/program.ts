import { existsSync } from "node:fs"
import { InvalidInputError } from "@sluice/core"
import { CommanderError, Option, Command as Program } from "commander"
import type { Command } from "./command.ts"
import { COMMANDS, GROUPS, HEADINGS } from "./commands.ts"
import { nearest } from "./nearest.ts"
import { type OptionSpec, UsageError } from "./option-spec.ts"
import { inWordsOf } from "./option-words.ts"
import { DATABASE_OPTIONS, OPTIONS, type OptionName, type Options, readOptions } from "./options.ts"
import { capitalised } from "./output/terminal.ts"

/**
 * Runs the command that the arguments name, and returns its exit code. Commander reads the arguments, and writes the help.
 *
 * @throws UsageError, and what the command throws
 */
export async function runProgram(
  args: readonly string[],
  version: string,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  let exitCode = 0
  const typed = new Map<OptionName, string>()
  const program = createProgram(version, typed, async (command, own) => {
    if (command.readsEnvFile && existsSync(".env")) process.loadEnvFile?.(".env")
    const { isOffline, mayLackDatabase } = command
    const options = isOffline
      ? (own.opts() as Options)
      : readOptions(own.opts(), environment, mayLackDatabase)
    exitCode = await command.run(options, own.args).catch((error: unknown) => {
      throw error instanceof InvalidInputError ? inWordsOf(typed, error) : error
    })
  })
  const asked = args[0] === "help" ? [...args.slice(1), "--help"] : args
  const called = findCalled(program, asked)
  try {
    await program.parseAsync([...asked], { from: "user" })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw usageError(error, called)
  }
  return exitCode
}

/** All commands as commander has them. `typed` gets the options that are given. */
function createProgram(
  version: string,
  typed: Map<OptionName, string>,
  run: (command: Command, own: Program) => Promise<void>,
): Program {
  const program = new Program("sluice")
    .description("Sluice on the command line.")
    .usage("<command> [options]")
    .version(version, "-v, --version", "prints the version of this package")
    .helpOption("-h, --help", "explains the command")
    .enablePositionalOptions() // an option belongs to the command before it
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({ writeErr: () => {}, outputError: () => {} }) // errors are thrown
    .exitOverride()
  for (const [words, command] of Object.entries(COMMANDS)) {
    const own = addCommand(program, words.split(" "))
    describe(own, command, typed)
    own.action(async () => {
      refuseOptionsBefore(own)
      await run(command, own)
    })
  }
  for (const one of program.commands) one.helpGroup(`${headingOf(one.name())}:`)
  const help = program.command("help [command...]").summary("explains a command and its options")
  help.helpGroup("Help:")
  return program
}

function headingOf(name: string): string {
  return Object.keys(HEADINGS).find((heading) => HEADINGS[heading]?.includes(name)) ?? "Others"
}

/** Adds the command, and the group that it is in. */
function addCommand(program: Program, words: readonly string[]): Program {
  return words.reduce((parent, word, index) => {
    const known = parent.commands.find((one) => one.name() === word)
    if (known) return known
    const added = parent.command(word).allowExcessArguments(false)
    const summary = index < words.length - 1 ? GROUPS[word] : undefined
    if (summary === undefined) return added
    return withSummary(added, summary).helpCommand("help [command]", "explains a command")
  }, program)
}

function describe(
  own: Program,
  { summary, takes = {}, options, isOffline, examples = {} }: Command,
  typed: Map<OptionName, string>,
): void {
  withSummary(own, summary)
  for (const [name, help] of Object.entries(takes)) own.argument(name, help)
  for (const name of isOffline ? options : [...options, ...DATABASE_OPTIONS])
    own.addOption(optionOf(name, typed))
  const lines = Object.entries(examples).map(([line, what]) => `  # ${what}\n  ${line}`)
  if (lines.length > 0) own.addHelpText("after", `\nExamples:\n${lines.join("\n\n")}`)
}

function withSummary(command: Program, summary: string): Program {
  return command.summary(summary).description(`${capitalised(summary)}.`)
}

/** `typed` gets its text. */
function optionOf(name: OptionName, typed: Map<OptionName, string>): Option {
  const { placeholder, help, read, isList = false }: OptionSpec<unknown> = OPTIONS[name]
  const long = `--${name}`
  if (placeholder === undefined) return new Option(long, help)
  const flags = `${long} <${placeholder}>`
  return new Option(flags, help).argParser((text, before: unknown) => {
    typed.set(name, text)
    if (text.startsWith("--")) throw new UsageError(`${long} needs a value: ${flags}`)
    if (isList) return [...((before as unknown[] | undefined) ?? []), read(text, long)]
    if (before !== undefined) throw new UsageError(`${long} is given twice: give it once`)
    return read(text, long)
  })
}

/** The command whose words the arguments begin with. Commander would take a mistyped verb of a group for an argument. */
function findCalled(program: Program, args: readonly string[]): Program {
  let called = program
  for (const word of args) {
    if (word.startsWith("-")) break
    const next = called.commands.find((one) => one.name() === word)
    if (!next && called.commands.length > 0) throw unknownCommand(called, word)
    if (!next) break
    called = next
  }
  const isHelp = args.some((word) => word === "-h" || word === "--help")
  const isVersion = called === program && args.some((word) => word === "-v" || word === "--version")
  if (isHelp || isVersion || Object.hasOwn(COMMANDS, wordsOf(called))) return called
  if (called === program && args[0]?.startsWith("-"))
    throw new UsageError("Options come after the command, as in sluice doctor --json")
  throw new UsageError(`Which command?\n\n${called.helpInformation()}`)
}

function unknownCommand(parent: Program, word: string): UsageError {
  const names = parent.commands.map((one) => one.name())
  const near = nearest(word, names)
  const before = wordsOf(parent) && `${wordsOf(parent)} `
  const listsItself = word === "list" && Object.hasOwn(COMMANDS, wordsOf(parent))
  if (listsItself)
    return new UsageError(`There is no command "${before}list": sluice ${wordsOf(parent)} lists them`)
  const hint = near ? `did you mean ${before}${near}?` : `commands are ${names.join(", ")}`
  return new UsageError(`There is no command ${JSON.stringify(before + word)}: ${hint}`)
}

/** The words after `sluice`. */
function wordsOf(command: Program): string {
  return command.parent ? `${wordsOf(command.parent)} ${command.name()}`.trim() : ""
}

/** Before its verb they would be options of another command. */
function refuseOptionsBefore(own: Program): void {
  for (let before = own.parent; before; before = before.parent)
    if (Object.keys(before.opts()).length > 0)
      throw new UsageError(`Options come after the command: sluice ${wordsOf(own)} [options]`)
}

function usageError(error: CommanderError, called: Program): UsageError {
  const message = error.message
    .replace(/^error: /, "")
    .replace(/\.?\n/, " ")
    .replace(/\.$/, "")
  const hint = error.code === "commander.unknownOption" ? hintOf(message) : ""
  return new UsageError(`${message}${hint}. See sluice help ${wordsOf(called)}`.trimEnd(), { cause: error })
}

/** An option that a few other commands have. */
function hintOf(message: string): string {
  const name = /'--([\w-]+)/.exec(message)?.[1]
  const others = Object.keys(COMMANDS).filter((one) => COMMANDS[one]?.options.includes(name as OptionName))
  return others.length > 0 && others.length < 4 ? `, which is one of sluice ${others.join(" and ")}` : ""
}
