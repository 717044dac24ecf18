import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from "./api-keys.ts"
import { listActions } from "./audit.ts"
import { cancelBatch, retryBatch, showBatch } from "./batches.ts"
import type { Command } from "./command.ts"
import { printCompletion } from "./completion.ts"
import { doctor } from "./doctor.ts"
import { enqueue } from "./enqueue.ts"
import { emitEvent } from "./events.ts"
import { importJobs, SYSTEMS } from "./import.ts"
import { init } from "./init/init.ts"
import { FILTER_OPTIONS } from "./jobs/filter.ts"
import { listJobs } from "./jobs/list.ts"
import { showJob } from "./jobs/show.ts"
import {
  CHANGE_OPTIONS,
  cancelJobs,
  deleteJobs,
  eraseJobs,
  retryJobs,
  runJobs,
  updateJobs,
} from "./jobs/verbs.ts"
import { limitKey, limitQueue, listLimits } from "./limits.ts"
import { listBatches, listDrainers, listErrors, listKeys, listNames, listWaits } from "./lists.ts"
import { migrate, migrationPlan, migrationStatus } from "./migrate.ts"
import { overrideKey } from "./overrides.ts"
import {
  listPauses,
  pauseKey,
  pauseName,
  pauseQueue,
  pauseSchedule,
  resumeKey,
  resumeName,
  resumeQueue,
  resumeSchedule,
} from "./pauses.ts"
import { listQueues } from "./queues.ts"
import { deleteSchedule, listSchedules, runSchedule, setSchedule, showSchedule } from "./schedules.ts"
import { top } from "./top/top.ts"
import { completeWait } from "./waits.ts"
import { work } from "./work.ts"
import { showWorkflow } from "./workflows.ts"

const IDS = { "[ids...]": "ids of jobs; filters are the options" }
const BATCH = { "<id>": "the id of the batch" }
const QUEUE = { "<queue>": "the name of the queue" }
const NAME = { "<name>": "the name of the jobs" }
const KEY = { "<key>": "the concurrency key" }
const API_KEY = { "<id>": "the id of the API key" }
const SCHEDULE = { "<key>": "the key of the schedule" }

/** Every command by what is typed, in the order in which help lists them. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  init: {
    summary:
      "adds a queue to the project in this folder: a first job, functions, packages; changes no file's own lines",
    options: ["dry-run", "yes", "skip-install", "json"],
    isOffline: true,
    examples: { "sluice init --dry-run": "shows what it would do" },
    run: init,
  },
  migrate: {
    summary: "upgrades the database's schema to the version of this package",
    options: ["jobs", "unknown-names", "retention", "owner", "json"],
    examples: {
      "sluice migrate --jobs ./jobs.ts": "and registers the jobs and schedules of this file",
    },
    run: migrate,
  },
  "migrate status": {
    summary: "says whether there is something to migrate; then it exits with 1",
    options: ["json"],
    examples: {
      "sluice migrate status || sluice migrate": "migrates if there is something to do",
    },
    run: migrationStatus,
  },
  "migrate plan": {
    summary: "prints the SQL of what migrate would do to the schema",
    options: ["json"],
    examples: { "sluice migrate plan > plan.sql": "to read it, or for somebody who has the rights" },
    run: migrationPlan,
  },
  doctor: {
    summary: "checks the database: version, schema, pooler, locks, connections, history, jobs that can't run",
    options: ["max-drainers", "drain-function", "json"],
    examples: {
      "sluice doctor --max-drainers 20": "whether the server has room for so many",
      "sluice doctor --drain-function shop-production-QueueDrain":
        "also looks at the function's settings on AWS",
    },
    run: doctor,
  },
  work: {
    summary: "performs jobs until it receives SIGTERM or SIGINT",
    options: [
      "jobs",
      "queues",
      "except",
      "concurrency",
      "max-drainers",
      "grace",
      "health-port",
      "metrics-port",
    ],
    examples: {
      "sluice work --jobs ./jobs.ts --concurrency 50": "up to 50 jobs at once",
      "sluice work --jobs ./jobs.ts --queues mail --health-port 8080":
        "those of one queue, with a health check for a container",
    },
    run: work,
  },
  dev: {
    summary:
      "runs the app's queue on this machine: a database, the jobs with each change of the code, API and dashboard",
    options: ["jobs", "port", "concurrency", "max-drainers"],
    mayLackDatabase: true,
    readsEnvFile: true,
    examples: {
      "sluice dev": "with the jobs of src/jobs or jobs, and a Postgres of its own unless DATABASE_URL is set",
    },
    run: async (options) => (await import("./dev/dev.ts")).dev(options), // the API takes a while to load
  },
  top: {
    summary: "shows what happens in the queue, live: states, throughput, queues, running and failed jobs",
    options: ["every", "once", "json"],
    examples: {
      "sluice top --every 5s": "reads it every five seconds; the default is two",
      "sluice top --once | head -n 5": "a look at it",
    },
    run: top,
  },
  enqueue: {
    summary: "stores a job, which the next drain performs",
    takes: {
      "<name>": "the name of its definition",
      "[payload]": "JSON, or - to read it from the standard input; default {}",
    },
    options: [
      "queue",
      "priority",
      "run-at",
      "delay",
      "max-attempts",
      "timeout",
      "expires-in",
      "expires-at",
      "unique-key",
      "idempotency-key",
      "concurrency-key",
      "concurrency-limit",
      "rate-key",
      "fair-key",
      "tag",
      "metadata",
      "options",
      "jobs",
      "json",
    ],
    examples: {
      'sluice enqueue welcome \'{"to":"ada@example.com"}\' --delay 5m': "in five minutes",
      "sluice enqueue import - < rows.json": "with a payload from a file",
    },
    run: enqueue,
  },
  "jobs list": {
    summary: "lists jobs, the newest first: those that are unfinished, then the history",
    options: [...FILTER_OPTIONS, "limit", "after", "json"],
    examples: {
      "sluice jobs list --state discarded --name welcome": "what has failed for good",
      "sluice jobs list --tag campaign-7 --limit 1000 --json": "for a program",
    },
    run: listJobs,
  },
  "jobs show": {
    summary: "shows a job with its payload, its result, its executions and their errors",
    takes: { "<id>": "the id of the job" },
    options: ["jobs", "json"],
    examples: {
      "sluice jobs show 4711": "why it failed",
      "sluice jobs show 4711 --json | jq .payload": "its payload alone",
    },
    run: showJob,
  },
  "jobs cancel": {
    summary: "cancels jobs that wait or run",
    takes: IDS,
    options: [...FILTER_OPTIONS, "dry-run", "yes", "json"],
    examples: {
      "sluice jobs cancel 17 18": "two of them",
      "sluice jobs cancel --queue mail --dry-run": "how many wait",
    },
    run: cancelJobs,
  },
  "jobs retry": {
    summary: "puts discarded and canceled jobs back into the queue",
    takes: IDS,
    options: [...FILTER_OPTIONS, "by", "dry-run", "yes", "json"],
    examples: { "sluice jobs retry --name welcome --state discarded": "all that have failed for good" },
    run: retryJobs,
  },
  "jobs run": {
    summary: "makes scheduled jobs due now",
    takes: IDS,
    options: [...FILTER_OPTIONS, "dry-run", "yes", "json"],
    examples: {
      "sluice jobs run --name welcome --state scheduled": "delayed jobs and retries of a name",
    },
    run: runJobs,
  },
  "jobs update": {
    summary: "changes jobs that wait",
    takes: IDS,
    options: [...CHANGE_OPTIONS, ...FILTER_OPTIONS, "jobs", "dry-run", "yes", "json"],
    examples: { "sluice jobs update --name welcome --state scheduled --set-delay 1h": "puts them off" },
    run: updateJobs,
  },
  "jobs delete": {
    summary: "deletes finished jobs from the history",
    takes: IDS,
    options: [...FILTER_OPTIONS, "dry-run", "yes", "json"],
    examples: { "sluice jobs delete --state succeeded --enqueued-before 2026-01-01": "old ones" },
    run: deleteJobs,
  },
  "jobs erase": {
    summary:
      "erases jobs with everything that is known of them, waiting and finished; running ones are canceled",
    takes: IDS,
    options: [...FILTER_OPTIONS.filter((name) => name !== "state"), "dry-run", "yes", "json"],
    examples: {
      "sluice jobs erase --metadata '{\"customer\":4711}' --dry-run": "what is known of a customer",
    },
    run: eraseJobs,
  },
  queues: {
    summary: "lists the queues with what they hold, or pauses or limits one",
    options: ["json"],
    examples: {
      "sluice queues": "what each queue holds",
      "sluice queues pause mail": "keeps its jobs from starting",
    },
    run: listQueues,
  },
  errors: {
    summary: "lists the failures of the last day, grouped by error, message and place",
    options: ["name", "limit", "json"],
    examples: { "sluice errors --name welcome": "why welcome fails" },
    run: listErrors,
  },
  drainers: {
    summary: "lists the drainers that are alive: invocations, and sessions of workers",
    options: ["limit", "after", "json"],
    examples: {
      "sluice drainers --limit 5": "five of them",
    },
    run: listDrainers,
  },
  "queues pause": {
    summary: "keeps the jobs of a queue from starting",
    takes: QUEUE,
    options: ["for", "until", "json"],
    examples: { "sluice queues pause mail --for 2h": "for two hours" },
    run: pauseQueue,
  },
  "queues resume": {
    summary: "ends the pause of a queue",
    takes: QUEUE,
    options: ["json"],
    examples: {
      "sluice queues resume mail": "its jobs start again",
    },
    run: resumeQueue,
  },
  "queues limit": {
    summary: "limits how many unfinished jobs a queue may have: more are refused when they are enqueued",
    takes: QUEUE,
    options: ["waiting", "json"],
    examples: { "sluice queues limit mail --waiting 100000": "enqueues beyond it are refused" },
    run: limitQueue,
  },
  limits: {
    summary: "lists how many unfinished jobs queues and concurrency keys may have",
    options: ["json"],
    examples: {
      "sluice limits": "those that queues limit and keys limit have set",
    },
    run: listLimits,
  },
  pauses: {
    summary: "lists what is paused: queues, names and concurrency keys",
    options: ["json"],
    examples: {
      "sluice pauses": "what is paused, and until when",
    },
    run: listPauses,
  },
  "names list": {
    summary: "lists how often and how long jobs of each name ran in the last hour",
    options: ["json"],
    examples: {
      "sluice names list --json | jq '.names[].name'": "the names alone",
    },
    run: listNames,
  },
  "names pause": {
    summary: "keeps the jobs of a name from starting",
    takes: NAME,
    options: ["for", "until", "json"],
    examples: {
      "sluice names pause welcome --for 30m": "for half an hour",
    },
    run: pauseName,
  },
  "keys list": {
    summary: "lists the concurrency keys, with what runs and waits",
    options: ["limit", "after", "json"],
    examples: {
      "sluice keys list --limit 20": "the first twenty",
    },
    run: listKeys,
  },
  "keys pause": {
    summary: "keeps the jobs of a concurrency key from starting",
    takes: KEY,
    options: ["for", "until", "json"],
    examples: {
      "sluice keys pause account/7 --until 2030-01-31T06:00:00Z": "until then",
    },
    run: pauseKey,
  },
  "names resume": {
    summary: "ends the pause of a name",
    takes: NAME,
    options: ["json"],
    examples: {
      "sluice names resume welcome": "its jobs start again",
    },
    run: resumeName,
  },
  "keys resume": {
    summary: "ends the pause of a concurrency key",
    takes: KEY,
    options: ["json"],
    examples: {
      "sluice keys resume account/7": "its jobs start again",
    },
    run: resumeKey,
  },
  "keys limit": {
    summary: "limits how many unfinished jobs a concurrency key may have",
    takes: KEY,
    options: ["waiting", "json"],
    examples: {
      "sluice keys limit account/7 --waiting 100": "enqueues beyond it are refused",
    },
    run: limitKey,
  },
  "keys override": {
    summary: "sets how many jobs of a key may run at once, or start within a time, whatever they ask for",
    takes: KEY,
    options: ["running", "rate", "json"],
    examples: {
      "sluice keys override account/7 --running 2": "from now on, through deployments",
      "sluice keys override smtp --rate none": "as its jobs ask again",
    },
    run: overrideKey,
  },
  schedules: {
    summary: "lists the schedules with their next and their last tick, or acts on one",
    options: ["limit", "after", "json"],
    examples: {
      "sluice schedules": "each with its next tick",
      "sluice schedules pause nightly-report": "acts on one",
    },
    run: listSchedules,
  },
  "schedules list": {
    summary: "lists the schedules, as schedules does without a command",
    options: ["limit", "after", "json"],
    examples: {
      "sluice schedules list --limit 20": "the first twenty",
    },
    run: listSchedules,
  },
  "schedules show": {
    summary: "shows a schedule with its next five ticks, and its last ten",
    takes: SCHEDULE,
    options: ["json"],
    examples: {
      "sluice schedules show nightly-report": "when it runs next",
    },
    run: showSchedule,
  },
  "schedules run": {
    summary: "enqueues a job of a schedule now",
    takes: SCHEDULE,
    options: ["json"],
    examples: {
      "sluice schedules run nightly-report": "beside its ticks",
    },
    run: runSchedule,
  },
  "schedules pause": {
    summary: "keeps a schedule from enqueueing",
    takes: SCHEDULE,
    options: ["for", "until", "json"],
    examples: {
      "sluice schedules pause nightly-report --for 7d": "for a week",
    },
    run: pauseSchedule,
  },
  "schedules resume": {
    summary: "ends the pause of a schedule",
    takes: SCHEDULE,
    options: ["json"],
    examples: {
      "sluice schedules resume nightly-report": "from its next tick on",
    },
    run: resumeSchedule,
  },
  "schedules set": {
    summary: "stores a schedule in the database, or changes one that is there",
    takes: {
      "<key>": "the key of the schedule",
      "<name>": "the name of its jobs",
      "[payload]": "JSON, or - to read it from the standard input; default {}",
    },
    options: [
      "cron",
      "every",
      "time-zone",
      "jitter",
      "starts-at",
      "ends-at",
      "catch-up",
      "overlap-policy",
      "disabled",
      "options",
      "json",
    ],
    examples: {
      "sluice schedules set nightly report --cron '0 3 * * *' --time-zone Europe/Berlin":
        "at three each night",
      "sluice schedules set poll import '{\"feed\":7}' --every 15m": "four times an hour",
    },
    run: setSchedule,
  },
  "schedules delete": {
    summary: "deletes a schedule of the database; jobs that it has enqueued stay",
    takes: SCHEDULE,
    options: ["json"],
    examples: {
      "sluice schedules delete digest/ada": "one that schedules set, or the app, has stored",
    },
    run: deleteSchedule,
  },
  "batches list": {
    summary: "lists the batches and workflows, the newest first",
    options: ["limit", "after", "json"],
    examples: {
      "sluice batches list --limit 5": "the newest five",
    },
    run: listBatches,
  },
  "batches show": {
    summary: "shows a batch with its counts",
    takes: BATCH,
    options: ["json"],
    examples: {
      "sluice batches show 12": "how far it is",
    },
    run: showBatch,
  },
  "batches retry": {
    summary: "retries the discarded and canceled jobs of a batch, and of the batches in it",
    takes: BATCH,
    options: ["callbacks", "by", "json"],
    examples: {
      "sluice batches retry 12 --callbacks": "and enqueues its callbacks again when it has finished",
    },
    run: retryBatch,
  },
  "batches cancel": {
    summary: "cancels the jobs of a batch that have not ended, and of the batches in it",
    takes: BATCH,
    options: ["json"],
    examples: {
      "sluice batches cancel 12": "those of its jobs that have not ended",
    },
    run: cancelBatch,
  },
  "workflows show": {
    summary: "shows a workflow with its steps",
    takes: { "<id>": "the id of the workflow, which batches takes too" },
    options: ["mermaid", "json"],
    examples: {
      "sluice workflows show 12 --mermaid": "as a flowchart",
    },
    run: showWorkflow,
  },
  "events emit": {
    summary: "emits an event: enqueues the jobs that subscribe to it, and resumes those that wait for it",
    takes: {
      "<name>": "the name of the event",
      "[payload]": "JSON, or - to read it from the standard input; default {}",
    },
    options: ["idempotency-key", "jobs", "json"],
    examples: { "sluice events emit order.paid '{\"order\":7}'": "as sluice.emit does" },
    run: emitEvent,
  },
  "waits list": {
    summary: "lists what jobs wait for: tokens, events and batches",
    options: ["limit", "after", "json"],
    examples: {
      "sluice waits list --limit 20": "the first twenty",
    },
    run: listWaits,
  },
  "waits complete": {
    summary: "completes a token for which a job waits",
    takes: { "<token>": "the token", "[value]": "JSON for the job, or - to read it from the standard input" },
    options: ["early", "json"],
    examples: {
      "sluice waits complete approval-7 '{\"approved\":true}'": "with a value for the job",
    },
    run: completeWait,
  },
  "api-keys create": {
    summary: "makes a key of the API and the dashboard, and prints its secret once",
    takes: { "<name>": "what it is for" },
    options: ["role", "only-name", "only-queue", "valid-for", "json"],
    examples: {
      "sluice api-keys create checkout --role enqueuer --only-name charge":
        "for an app that enqueues one kind of jobs",
      "sluice api-keys create ada --role operator --valid-for 90d": "for a person",
    },
    run: createApiKey,
  },
  "api-keys list": {
    summary: "lists the keys with their roles and their last use",
    options: ["json"],
    examples: {
      "sluice api-keys list --json": "for a program",
    },
    run: listApiKeys,
  },
  "api-keys rotate": {
    summary: "gives a key another secret; the one before stays valid for a while",
    takes: API_KEY,
    options: ["overlap", "json"],
    examples: { "sluice api-keys rotate 12 --overlap 0s": "after a leak" },
    run: rotateApiKey,
  },
  "api-keys revoke": {
    summary: "ends a key",
    takes: API_KEY,
    options: ["json"],
    examples: {
      "sluice api-keys revoke 12": "for good",
    },
    run: revokeApiKey,
  },
  audit: {
    summary: "lists who has done what over the API, the dashboard and the command line",
    options: ["actor", "action", "via", "limit", "after", "json"],
    examples: { "sluice audit --action deleteJobs": "who has deleted jobs" },
    run: listActions,
  },
  import: {
    summary: "moves the waiting jobs and the schedules of another queue in this database to Sluice",
    takes: { "<system>": SYSTEMS.join(", ") },
    options: ["from-schema", "map", "set-queue", "jobs", "crontab", "dry-run", "json"],
    examples: {
      "sluice import pg-boss --dry-run": "shows what would be moved",
      "sluice import good_job --jobs ./jobs.ts --map WelcomeJob=welcome": "checks the payloads, and renames",
    },
    run: importJobs,
  },
  completion: {
    summary: "prints a script that completes commands and options in a shell",
    takes: { "<shell>": "bash, zsh or fish" },
    options: [],
    isOffline: true,
    examples: { 'eval "$(sluice completion bash)"': "in .bashrc" },
    run: async (_, [shell = ""]) => printCompletion(shell, COMMANDS, GROUPS),
  },
}

/** What commands that begin with the same word are for. */
export const GROUPS: Readonly<Record<string, string>> = {
  jobs: "lists, shows and changes jobs",
  names: "lists names of jobs, and pauses them",
  keys: "lists, pauses and limits concurrency keys",
  batches: "lists, shows and changes batches",
  workflows: "shows workflows",
  events: "emits events",
  "api-keys": "makes, lists, rotates and revokes keys of the API",
  waits: "lists and completes what jobs wait for",
}

/** Under which headings help lists the commands, by their first words. */
export const HEADINGS: Readonly<Record<string, readonly string[]>> = {
  "Set up": ["init", "migrate", "doctor", "import", "completion"],
  "Run and watch": ["dev", "work", "top", "errors", "drainers"],
  Jobs: ["enqueue", "jobs", "queues", "limits", "pauses", "names", "keys"],
  "Schedules, batches, events": ["schedules", "batches", "workflows", "events", "waits"],
  Access: ["api-keys", "audit"],
}
