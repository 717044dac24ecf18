import type { Command } from "./command.ts"
import { type OptionSpec, refuse } from "./option-spec.ts"
import { DATABASE_OPTIONS, OPTIONS, type OptionName } from "./options.ts"

/** A place on the command line: after these words, what can follow. */
interface Place {
  readonly words: string
  /** The next words, with what they do. */
  readonly next: readonly (readonly [word: string, help: string])[]
  /** Undefined for words that are no command yet. */
  readonly options: readonly OptionName[] | undefined
}

type Commands = Readonly<Record<string, Command>>

const SHELLS: Readonly<Record<string, (places: readonly Place[]) => string>> = { bash, zsh, fish }

/** Prints a script that completes commands, options and their values. It asks no database. */
export function printCompletion(
  shell: string,
  commands: Commands,
  groups: Readonly<Record<string, string>>,
): number {
  const script = SHELLS[shell] ?? refuse("<shell>", shell, "bash, zsh or fish")
  process.stdout.write(script(placesOf(commands, groups)))
  return 0
}

function placesOf(commands: Commands, groups: Readonly<Record<string, string>>): Place[] {
  return Object.keys({ "": undefined, ...groups, ...commands }).map((words) => ({
    words,
    next: nextWords(words, commands, groups),
    options: commands[words] && optionsOf(commands[words]),
  }))
}

function nextWords(
  words: string,
  commands: Commands,
  groups: Readonly<Record<string, string>>,
): [string, string][] {
  const before = words === "" ? "" : `${words} `
  const following = Object.keys(commands).filter((one) => one.startsWith(before) && one !== words)
  const next = new Set(following.map((one) => one.slice(before.length).split(" ")[0] as string))
  return [...next].map((word) => [word, commands[before + word]?.summary ?? groups[word] ?? ""])
}

function optionsOf({ options, isOffline }: Command): OptionName[] {
  return isOffline ? [...options] : [...options, ...DATABASE_OPTIONS]
}

const SPECS: Readonly<Record<string, OptionSpec<unknown>>> = OPTIONS
const NAMES = Object.keys(SPECS)
const WITH_CHOICES = NAMES.filter((name) => SPECS[name]?.choices)
const WITH_FILE = NAMES.filter((name) => SPECS[name]?.placeholder === "file")
const WITH_TEXT = NAMES.filter(
  (name) => SPECS[name]?.placeholder !== undefined && ![...WITH_CHOICES, ...WITH_FILE].includes(name),
)

function choicesOf(name: string): string {
  return (SPECS[name]?.choices ?? []).join(" ")
}

function patterns(names: readonly string[]): string {
  return names.map((name) => `--${name}`).join(" | ")
}

function bash(places: readonly Place[]): string {
  const cases = places.map(({ words, next, options = [] }) => {
    const candidates = [...next.map(([word]) => word), ...options.map((name) => `--${name}`)]
    return `    ${placePattern(words, next)}) candidates="${candidates.join(" ")}" ;;`
  })
  return `# For .bashrc: eval "$(sluice completion bash)"
_sluice() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} words= candidates= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -* ]] && break
    words+="\${words:+ }\${COMP_WORDS[i]}"
  done
  COMPREPLY=()
  case $before in
${WITH_CHOICES.map((name) => `    --${name}) COMPREPLY=($(compgen -W "${choicesOf(name)}" -- "$current")); return ;;`).join("\n")}
    ${patterns(WITH_FILE)}) compopt -o default; return ;;
    ${patterns(WITH_TEXT)}) return ;;
  esac
  case $words in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -F _sluice sluice
`
}

function zsh(places: readonly Place[]): string {
  const cases = places.map(({ words, next, options = [] }) => {
    const candidates = [
      ...next.map(([word, help]) => described(word, help)),
      ...options.map((name) => described(`--${name}`, SPECS[name]?.help ?? "")),
    ]
    return `    ${placePattern(words, next)}) candidates=(${candidates.join(" ")}) ;;`
  })
  return `#compdef sluice
# For .zshrc, after compinit: eval "$(sluice completion zsh)"
_sluice() {
  local typed= word
  local -a candidates
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] && break
    typed+="\${typed:+ }$word"
  done
  case $words[CURRENT-1] in
${WITH_CHOICES.map((name) => `    --${name}) compadd -- ${choicesOf(name)}; return ;;`).join("\n")}
    ${patterns(WITH_FILE)}) _files; return ;;
    ${patterns(WITH_TEXT)}) return ;;
  esac
  case $typed in
${cases.join("\n")}
  esac
  _describe -o sluice candidates
}
compdef _sluice sluice
`

  function described(word: string, help: string): string {
    return quoted(`${word}:${help.replaceAll(":", "\\:")}`)
  }
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ words, next, options = [] }) => [
    ...next.map(
      ([word, help]) =>
        `complete -c sluice -n ${quoted(`__sluice_at ${words}`)} -a ${word} -d ${quoted(help)}`,
    ),
    ...options.map((name) => {
      const condition = next.length > 0 ? "__sluice_at" : "__sluice_within"
      return `complete -c sluice -n ${quoted(`${condition} ${words}`)} -l ${name}${fishValue(name)} -d ${quoted(SPECS[name]?.help ?? "")}`
    }),
  ])
  return `# For ~/.config/fish/config.fish: sluice completion fish | source
function __sluice_words
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and return
    echo $word
  end
end
function __sluice_at
  test "$(__sluice_words | string join ' ')" = "$argv"
end
function __sluice_within
  string match -q -- "$argv *" "$(__sluice_words | string join ' ') "
end
complete -c sluice -f
${lines.join("\n")}
`

  function fishValue(name: string): string {
    if (WITH_FILE.includes(name)) return " -r -F"
    if (WITH_CHOICES.includes(name)) return ` -x -a ${quoted(choicesOf(name))}`
    return SPECS[name]?.placeholder === undefined ? "" : " -x"
  }
}

/** A command without verbs may be followed by what it takes. */
function placePattern(words: string, next: readonly unknown[]): string {
  return next.length > 0 ? `"${words}"` : `"${words}" | "${words} "*`
}

/** For all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`
}
