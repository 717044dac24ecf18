import { InvalidInputError, workflow } from "@sluice/core"
import { expect, test } from "vitest"
import { workflowsIn } from "./workflows.ts"

const { sluice, say, database } = await workflowsIn()

test("circles and unknown names are refused in one error, with their paths and a suggestion, and nothing is stored", async () => {
  const flow = workflow("order")
    .add("charge", say)
    .add("pack", say, { after: "ship" })
    .add("ship", say, { after: ["pack", "chrage"] })
    .add("self", say, { after: "self" })
  const error = await flow.enqueue().catch((error) => error)
  expect(error).toBeInstanceOf(InvalidInputError)
  expect(error).toMatchObject({
    code: "invalid_workflow",
    message:
      'The workflow "order" can\'t run: the step "ship" is to run after "chrage", which isn\'t one: did you mean "charge"?; ' +
      "steps run after each other in a circle: pack → ship → pack; steps run after each other in a circle: self → self",
  })
  expect(await database.rows("select from sluice.jobs")).toEqual([])
})

test("a step's name is taken once, and isn't a number", () => {
  const flow = workflow("order").add("a", say)
  expect(() => flow.add("a", say)).toThrow(InvalidInputError)
  expect(() => flow.add("17", say)).toThrow("isn't a number")
  expect(() => workflow("")).toThrow(InvalidInputError)
})

test("what is wrong with a job of a workflow names its step", async () => {
  const steps = [
    { step: "b", name: "say", options: { after: "a", delay: "soon" as "1s" } },
    { step: "a", name: "say" },
  ]
  await expect(sluice.enqueueWorkflow({ name: "order", steps })).rejects.toMatchObject({
    message: expect.stringContaining('The step "b": options.delay'),
    path: ["steps", 0, "options", "delay"],
  })
  await expect(
    sluice.enqueueWorkflow({ name: "order", steps: [{ step: "a", name: "saay" }] }),
  ).rejects.toThrow('did you mean "say"?')
})

test("a parent that is unknown is refused, with the place of the job", async () => {
  await expect(say.enqueue({}, { after: "999999" })).rejects.toMatchObject({
    code: "parent_not_found",
    path: ["options", "after"],
  })
  const jobs = [{ name: "say" }, { name: "say", options: { after: ["999999"] } }]
  await expect(sluice.enqueueMany(jobs)).rejects.toMatchObject({ code: "parent_not_found", index: 1 })
  await expect(say.enqueue({}, { after: "charge" })).rejects.toMatchObject({ code: "invalid_id" })
  await expect(say.enqueue({}, { onParentFailure: "ignore" as never })).rejects.toMatchObject({
    code: "invalid_option",
  })
  expect(await database.rows("select from sluice.jobs")).toEqual([])
})

test("callbacks run after nothing but their batch", async () => {
  const onFinish = { name: "finish", options: { after: "1" } }
  await expect(sluice.enqueueBatch([{ name: "say" }], { onFinish })).rejects.toThrow("onFinish.options.after")
})

const bad: [unknown, unknown, string][] = [
  ["", [], 'name is "": give text'],
  ["order", {}, "steps is {}: give a JSON list"],
  ["order", [{ step: "1", name: "say" }], "steps[0].step is"],
  ["order", [{ step: "a" }], "steps[0].name is missing"],
  ["order", [{ step: "a", name: "say", options: { delay: "soon" } }], "steps[0]: options.delay is"],
  [
    "order",
    [
      { step: "ship", name: "say", options: { after: "pack" } },
      { step: "pack", name: "say", options: { after: ["ship", "x"] } },
    ],
    'the step "pack" is to run after "x", which isn\'t one: known are ship, pack; steps run after each other in a circle: ship -> pack -> ship',
  ],
  ["order", [{ step: "a", name: "say", options: { after: 999999 } }], 'options.after has "999999"'],
]

test.each(bad)(
  "enqueue_workflow of %j with %j is refused, and nothing is stored",
  async (name, steps, message) => {
    const call = database.rows("select sluice.enqueue_workflow($1, $2)", [name, JSON.stringify(steps)])
    await expect(call).rejects.toThrow(message)
    expect(await database.rows("select from sluice.batches")).toEqual([])
  },
)

/** A workflow of as many steps as a request may have, each after those that the function returns. */
const many = (after: (index: number) => string[]) =>
  Array.from({ length: 8_000 }, (_, index) => ({
    step: `step ${index}`,
    name: "say",
    options: { after: after(index) },
  }))

test("of thousands of unknown names only the first are looked for among the known ones", async () => {
  const steps = many((index) => [`${"a stop of a long way, ".repeat(4)}${index}`]).map((step) => ({
    ...step,
    step: `${"a step of a long way, ".repeat(4)}${step.step}`,
  }))
  const error = await sluice.enqueueWorkflow({ name: "order", steps }).catch((error) => error)
  expect(error).toMatchObject({ code: "invalid_workflow", path: ["steps"] })
  expect(error.message).toMatch(/; and 7980 more$/)
})

test("of thousands of long circles the first are shown, each with its first names", async () => {
  const steps = many((index) => ["step 0", `step ${index + 1}`].slice(0, index < 7_999 ? 2 : 1))
  const { message } = await sluice.enqueueWorkflow({ name: "order", steps }).catch((error) => error)
  expect(message).toMatch(/step 18 → step 19 → step 0; and 7980 more$/)
  const ring = many((index) => [`step ${(index + 1) % 8_000}`])
  const { message: ofRing } = await sluice
    .enqueueWorkflow({ name: "order", steps: ring })
    .catch((error) => error)
  expect(ofRing).toMatch(/in a circle: step 0 → step 1 → .* → step 19 → … → step 0$/)
})

test("in SQL, too, what is wrong with thousands of steps comes soon, and on a few lines", async () => {
  const ring = many((index) => [`step ${(index + 1) % 8_000}`])
  const unknown = many((index) => [`stop ${index}`])
  const enqueue = (steps: unknown) =>
    database.rows("select sluice.enqueue_workflow('order', $1)", [JSON.stringify(steps)])
  await expect(enqueue(ring)).rejects.toThrow(/in a circle: step 0 -> .* -> step 19 -> \.\.\. -> step 0$/)
  const { message } = await enqueue(unknown).catch((error) => error)
  expect(message).toMatch(/; and 7980 more$/)
  expect(message.length).toBeLessThan(20_000)
})

test("the order of steps costs SQL no more if each is listed before the one that it runs after", async () => {
  const chain = Array.from({ length: 50_000 }, (_, index) => ({
    step: `step ${index}`,
    options: { after: index < 49_999 ? `step ${index + 1}` : [] },
  }))
  const [{ cycle }] = await database.rows("select sluice.cycle_in($1) as cycle", [JSON.stringify(chain)])
  expect(cycle).toBe(null)
})

test("a circle that comes behind a long chain, and before another one, is the one that SQL shows", async () => {
  const order = { a: [], b: ["a", "d"], c: ["b"], d: ["x", "c"], e: ["d"], x: ["a"] }
  const steps = Object.entries(order).map(([step, after]) => ({ step, options: { after } }))
  const [{ cycle }] = await database.rows("select sluice.cycle_in($1) as cycle", [JSON.stringify(steps)])
  expect(cycle).toBe("b -> d -> c -> b")
})
