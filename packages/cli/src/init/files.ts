import type { Project } from "./project.ts"

/** A file by its path in the project, and its text. */
export type Files = Readonly<Record<string, string>>

/** The files that a project gets. */
export function filesFor(project: Project): Files {
  const { sources, extension, hasSst } = project
  const within = (path: string) => `${sources === "" ? "" : `${sources}/`}${path}${extension}`
  return {
    ...(project.isNew && { "package.json": manifest(project) }),
    ...(needsCompilerSettings(project) && { "tsconfig.json": TSCONFIG }),
    [within("jobs/hello")]: HELLO,
    [within("jobs/index")]: list(project),
    [within("queue")]: queue(project),
    ...(hasSst && {
      [`functions/drain${extension}`]: drain(project),
      [`functions/migrate${extension}`]: migrate(project),
      [`functions/enqueue${extension}`]: api(project),
      [`functions/dashboard${extension}`]: dashboard(project),
    }),
  }
}

/** TypeScript in a project that has no tsconfig.json yet. */
export function needsCompilerSettings({ importExtension, hasTypeScript, packages, isNew }: Project): boolean {
  const isPlain = [...packages].every((name) => name.startsWith("@sluice/"))
  return hasTypeScript && importExtension === ".ts" && (isNew || isPlain)
}

function manifest({ name }: Project): string {
  const packageName =
    name
      .toLowerCase()
      .replace(/[^a-z0-9-~]+/g, "-")
      .replace(/^-+|-+$/g, "") || "app"
  return `${JSON.stringify({ name: packageName, private: true, type: "module" }, undefined, 2)}\n`
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023",
    "module": "nodenext",
    "strict": true,
    "skipLibCheck": true,
    "allowImportingTsExtensions": true,
    "noEmit": true,
    "types": ["node"]
  }
}
`

const HELLO = `import { defineJob } from "@sluice/core"
import { z } from "zod"

/** Greets somebody. An error that it throws is recorded, and the job is tried again. */
export const hello = defineJob({
  name: "hello",
  input: z.object({ name: z.string().default("world") }),
  async perform({ name }, { log }) {
    log.info(\`Hello, \${name}\`)
    return { greeted: name }
  },
})
`

function list({ importExtension }: Project): string {
  return `import { hello } from "./hello${importExtension}"

/** All jobs of this app. To add one, write its definition in a file beside this one, and list it here. */
export const jobs = [hello]
`
}

function queue({ hasSst, importExtension }: Project): string {
  const where = hasSst ? "process.env.DATABASE_URL ?? Resource.Queue.databaseUrl" : "process.env.DATABASE_URL"
  const imports = hasSst
    ? `import { createPool, fromEnvironment } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { Resource } from "sst"`
    : `import { createSluice } from "@sluice/core"
import { createPool } from "@sluice/core/pg"`
  const environment = hasSst ? "...fromEnvironment(), " : ""
  const linked = hasSst ? " Link the function to the queue: link: [queue]." : ""
  return `${imports}
import { jobs } from "./jobs/index${importExtension}"

/** Import it where the app enqueues: await sluice.enqueue("hello", { name: "Ada" }).${linked} */
export const sluice = createSluice({ ${environment}database: createPool(${where}), jobs })
`
}

function drain(project: Project): string {
  return `import { createConnect, createDrainHandler, createPool, createSnapshotStore, fromEnvironment } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { takeSnapshot } from "@sluice/http/snapshot"
import { Resource } from "sst"
import { jobs } from "${jobsFromFunctions(project)}"

const { url } = Resource.QueueDatabase
const snapshots = createSnapshotStore(process.env.SLUICE_SNAPSHOT)

/** Performs jobs. Invoked by the schedule, by enqueues, and by itself while work remains. */
export const handler = createDrainHandler({
  sluice: createSluice({ ...fromEnvironment(), database: createPool(url), jobs }),
  connect: createConnect(url),
  onIdle: snapshots && (() => keepOverview(snapshots)),
})

/** For the dashboard, in idle mode. Over a connection that ends here: some databases don't sleep while one is open. */
async function keepOverview(store: NonNullable<typeof snapshots>): Promise<void> {
  const database = createPool(url)
  try {
    await takeSnapshot(createSluice({ ...fromEnvironment(), database }), store)
  } finally {
    await database.end()
  }
}
`
}

function migrate(project: Project): string {
  return `import { createMigrateHandler } from "@sluice/aws"
import { Resource } from "sst"
import { jobs } from "${jobsFromFunctions(project)}"

/** Creates and upgrades Sluice's tables on each deploy, and registers the jobs. */
export const handler = createMigrateHandler({ database: Resource.QueueDatabase.url, jobs })
`
}

function api(project: Project): string {
  return `import { createPool, fromEnvironment, jsonLog } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { createApp } from "@sluice/http"
import { handle } from "hono/aws-lambda"
import { Resource } from "sst"
import { jobs } from "${jobsFromFunctions(project)}"

const sluice = createSluice({ ...fromEnvironment(), database: createPool(Resource.QueueDatabase.url), jobs })

/** The HTTP API: POST /v1/jobs enqueues. */
export const handler = handle(createApp({ sluice, apiKey: Resource.QueueApiKey.value, log: jsonLog }))
`
}

function dashboard(project: Project): string {
  return `import { createPool, fromEnvironment, jsonLog } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { createDashboard } from "@sluice/http/dashboard"
import { handle } from "hono/aws-lambda"
import { Resource } from "sst"
import { jobs } from "${jobsFromFunctions(project)}"

const sluice = createSluice({ ...fromEnvironment(), database: createPool(Resource.QueueDatabase.url), jobs })

/** The dashboard, into which the API's key lets. */
export const handler = handle(
  createDashboard({
    sluice,
    apiKey: Resource.QueueApiKey.value,
    basePath: process.env.SLUICE_DASHBOARD_PATH ?? "/dashboard",
    log: jsonLog,
  }),
)
`
}

function jobsFromFunctions({ sources, importExtension }: Project): string {
  return `../${sources === "" ? "" : `${sources}/`}jobs/index${importExtension}`
}
