// Who may import whom, type imports included. `npm run check:imports` fails on an import that goes up, and on a circle.

/** The rooms of packages/core/src from the ground up. A room imports what is below it, never its neighbours. */
const FLOORS = [
  ["errors.ts", "logger.ts"],
  ["checks/"],
  ["database/"],
  ["job/"],
  ["measures/"],
  ["telemetry/", "inspect/", "manage/", "executors/", "migrate/", "pg/"],
  ["access/", "enqueue/", "session/", "results/"],
  ["batches/"],
  ["workflows/"],
  ["claim/", "settle/", "schedules/", "events/"],
  ["perform/"],
  ["wake/"],
]

/** What each package may import of ours. Whatever isn't listed here imports nothing of ours. */
const PACKAGES = {
  "packages/core": [],
  "packages/aws": ["packages/core"],
  "packages/http": ["packages/core"],
  "packages/local": ["packages/core", "packages/aws", "packages/http"],
  "packages/cli": ["packages/core", "packages/http", "packages/local"],
  "packages/bench": ["packages/core", "packages/local"],
  "packages/client": ["packages/core"],
  functions: ["packages/core", "packages/aws", "packages/http"],
}

const AWS = "^node_modules/(@aws-sdk|@smithy|@aws-lambda-powertools|@types/aws-lambda|aws-lambda|sst)/"
const HTTP = "^(node_modules/(hono|@hono)/|(node:)?http[2s]?$)"

export default {
  forbidden: [
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unknown-module",
      severity: "error",
      from: { pathNot: ["/fixtures/", "^examples/nextjs/"] }, // which have packages of their own
      to: { couldNotResolve: true },
    },
    ...FLOORS.flatMap((rooms, floor) => rooms.map((room) => roomRule(room, FLOORS.slice(0, floor).flat()))),
    ...Object.entries(PACKAGES).map(([from, allowed]) => packageRule(from, allowed)),
    {
      name: "core-knows-no-aws-and-no-http",
      severity: "error",
      from: { path: "^packages/core/", pathNot: "^packages/core/src/testing/" },
      to: { path: [AWS, HTTP] },
    },
    {
      name: "nothing-but-tests-imports-the-testing-kit",
      severity: "error",
      from: { path: "^(packages|functions|examples)/", pathNot: "^packages/core/src/testing/" },
      to: { path: "^packages/core/src/testing/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|\\.sst)/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
}

function roomRule(room, below) {
  const core = "^packages/core/src/"
  return {
    name: `${room.replace("/", "")}-imports-downward`,
    severity: "error",
    from: { path: `${core}${room}` },
    to: { path: core, pathNot: [room, ...below].map((allowed) => `${core}${allowed}`) },
  }
}

function packageRule(from, allowed) {
  return {
    name: `${from.replace("packages/", "")}-imports-its-packages-only`,
    severity: "error",
    from: { path: `^${from}/` },
    to: {
      path: "^(packages|functions|test|examples)/",
      pathNot: [from, ...allowed].map((place) => `^${place}/`),
    },
  }
}
