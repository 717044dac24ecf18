import { accessOperations, accessSchemas } from "./access.ts"
import { batchOperations, batchSchemas } from "./batches.ts"
import { type Described, pathsOf } from "./describe.ts"
import { drainerOperations, drainerSchemas } from "./drainers.ts"
import { errorOperations, errorSchemas } from "./errors.ts"
import { eventOperations, eventSchemas } from "./events.ts"
import { jobRequestSchemas } from "./job-requests.ts"
import { jobResponseSchemas } from "./job-responses.ts"
import { jobOperations } from "./jobs.ts"
import { keyOperations, keySchemas } from "./keys.ts"
import { measureOperations, measureSchemas } from "./measures.ts"
import { nameOperations, nameSchemas } from "./names.ts"
import { overrideOperations, overrideSchemas } from "./overrides.ts"
import { overviewOperations, overviewSchemas } from "./overview.ts"
import { pauseOperations, pauseSchemas } from "./pauses.ts"
import { problemResponses, problemSchemas } from "./problems.ts"
import { queueOperations, queueSchemas } from "./queues.ts"
import { scheduleOperations, scheduleSchemas } from "./schedules.ts"
import { serviceOperations, serviceSchemas } from "./service.ts"
import { waitOperations, waitSchemas } from "./waits.ts"
import { watchOperations, watchSchemas } from "./watch.ts"
import { workflowOperations, workflowSchemas } from "./workflows.ts"

/** Every operation of the API. */
const operations: readonly Described[] = [
  ...jobOperations,
  ...batchOperations,
  ...workflowOperations,
  ...queueOperations,
  ...pauseOperations,
  ...overrideOperations,
  ...keyOperations,
  ...nameOperations,
  ...scheduleOperations,
  ...waitOperations,
  ...drainerOperations,
  ...eventOperations,
  ...overviewOperations,
  ...errorOperations,
  ...measureOperations,
  ...watchOperations,
  ...accessOperations,
  ...serviceOperations,
]

const schemas = {
  ...jobRequestSchemas,
  ...jobResponseSchemas,
  ...batchSchemas,
  ...workflowSchemas,
  ...queueSchemas,
  ...pauseSchemas,
  ...overrideSchemas,
  ...keySchemas,
  ...nameSchemas,
  ...scheduleSchemas,
  ...waitSchemas,
  ...drainerSchemas,
  ...eventSchemas,
  ...overviewSchemas,
  ...errorSchemas,
  ...measureSchemas,
  ...watchSchemas,
  ...accessSchemas,
  ...serviceSchemas,
  ...problemSchemas,
}

const TAGS = [
  "jobs",
  "batches",
  "workflows",
  "queues",
  "pauses",
  "limits",
  "schedules",
  "waits",
  "drainers",
  "events",
  "overview",
  "errors",
  "names",
  "access",
  "measures",
  "service",
]

/**
 * The OpenAPI 3.1 description of the API, assembled from the declarations of its routes. `npm run openapi` writes it to the
 * module from which it is served.
 */
export const openApiDocument = {
  openapi: "3.1.1",
  info: {
    title: "Sluice",
    version: "1",
    description:
      "Enqueue jobs and read their outcome. A request body may have up to 2 MiB. Numbers that JavaScript would round or turn into Infinity, such as 64-bit ids, are refused: send them as text. Errors are `application/problem+json` (RFC 9457). Every response has the header `x-correlation-id`: the request's, or a new one; the log, the jobs and their logs carry it too.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/" }],
  security: [{ key: [] }],
  tags: TAGS.map((name) => ({ name })),
  paths: pathsOf(operations),
  components: {
    securitySchemes: {
      key: {
        type: "http",
        scheme: "bearer",
        description: "The value of SLUICE_API_KEY, or the secret of an API key.",
      },
      jobToken: { type: "http", scheme: "bearer", description: "A token that may see one job." },
    },
    schemas,
    responses: problemResponses,
  },
}
