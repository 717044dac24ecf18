import { type LookupAddress, type LookupOptions, lookup } from "node:dns"

/**
 * A name server that keeps silent holds one of the four threads on which the whole process resolves names, the
 * database's included, for tens of seconds, and nothing calls it back. So webhooks leave half of them to others.
 */
const MOST_AT_ONCE = 2

interface Question extends PromiseWithResolvers<LookupAddress[]> {
  readonly name: string
  readonly options: LookupOptions
  waiters: number
  isAsked: boolean
}

/** By name, so that many who ask the same are one. In their order, those that wait for their turn included. */
const questions = new Map<string, Question>()
let asked = 0

/** The addresses of a name. Never settles for who has given up before it was asked. */
export async function resolveName(name: string, options: LookupOptions, signal: AbortSignal) {
  const question = questions.get(name) ?? newQuestion(name, options)
  const leave = () => {
    question.waiters--
    if (question.waiters === 0 && !question.isAsked) questions.delete(name)
  }
  question.waiters++
  signal.addEventListener("abort", leave)
  askNext()
  try {
    return await question.promise
  } finally {
    signal.removeEventListener("abort", leave)
  }
}

function newQuestion(name: string, options: LookupOptions): Question {
  const question = {
    ...Promise.withResolvers<LookupAddress[]>(),
    ...{ name, options, waiters: 0, isAsked: false },
  }
  questions.set(name, question)
  return question
}

function askNext(): void {
  const next = asked < MOST_AT_ONCE && [...questions.values()].find(({ isAsked }) => !isAsked)
  if (!next) return
  next.isAsked = true
  asked++
  lookup(next.name, { ...next.options, all: true }, (error, found) => {
    asked--
    questions.delete(next.name)
    if (error) next.reject(error)
    else next.resolve(found)
    askNext()
  })
}
