import { workflow } from "@sluice/core"
import { expect, test } from "vitest"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, say, fails } = await workflowsIn()

test("a workflow is drawn with the states of its steps, and names that can't be taken for syntax", async () => {
  const { id: outside } = await say.enqueue({}, { delay: "1h" })
  const flow = workflow("order")
    .add('"]; click A "javascript:alert(1)"', fails)
    .add("<b>grüß</b> --> x", say, { after: '"]; click A "javascript:alert(1)"' })
    .add("waits", say, { after: outside })
  const { id } = await flow.enqueue()
  await drainOnce()
  expect((await sluice.getWorkflow(id))?.toMermaid()).toBe(`flowchart TD
  s0["#34;#93;#59; click A #34;javascript#58;alert#40;1#41;#34;<br/>discarded"]:::discarded
  s1["#60;b#62;grüß#60;#47;b#62; #45;#45;#62; x<br/>canceled"]:::canceled
  s2["waits<br/>waiting"]:::waiting
  s0 --> s1
  j0 --> s2
  j0(["job ${outside}"])
  classDef waiting fill:#f6f8fa,stroke:#8c959f,color:#24292f,stroke-dasharray:4
  classDef discarded fill:#ffebe9,stroke:#cf222e,color:#24292f
  classDef canceled fill:#eaeef2,stroke:#57606a,color:#57606a
`)
  await sluice.cancelBatch(id)
  await sluice.cancelJob(outside)
})

test("a workflow that isn't enqueued is drawn without states", () => {
  const flow = workflow("order").add("charge", say).add("ship", say, { after: "charge" })
  expect(flow.toMermaid()).toBe('flowchart TD\n  s0["charge"]\n  s1["ship"]\n  s0 --> s1\n')
})
