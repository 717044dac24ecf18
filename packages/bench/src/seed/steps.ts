import { ERRORS, KINDS, TAGS } from "./vocabulary.ts"

/** A piece of the seed: statements that fill one table. */
export interface Step {
  readonly what: string
  readonly text: string
  readonly values?: readonly unknown[]
}

export interface Sizes {
  readonly finished: number
  readonly waiting: number
  /** How many days the history has. */
  readonly days: number
}

const BATCHES = 420
const DRAINERS = 400
/** Behind those of the drainers that have been here before, such as those of `npm start`. */
const FIRST_DRAINER = 1_000_000
const A_HUNDRED_KINDS = kindsByShare()

/** All of them, in their order. Ids are given in the order of time: those of the history first. */
export function stepsOf({ finished, waiting, days }: Sizes): Step[] {
  const perDay = Math.ceil(finished / days)
  const history = Array.from({ length: days }, (_, day) => day - days + 1)
  return [
    { what: "the ids of jobs", text: "select setval('job_ids', $1)", values: [finished + waiting + 1] },
    {
      what: "the ids of drainers",
      text: "select setval('drainer_ids', $1)",
      values: [FIRST_DRAINER + DRAINERS],
    },
    { what: "the ids of batches", text: "select setval('batch_ids', $1)", values: [BATCHES] },
    ...history.flatMap((day, place) => [
      finishedOn(day, place * perDay, Math.min(perDay, finished - place * perDay)),
      failuresOn(day),
    ]),
    ...waitingJobs(finished, waiting),
    batches(finished),
    drainers(),
    deployments(days),
    ...measures(finished / days),
    ticks(),
  ]
}

/** One day of the history; today is not over, and has all of its jobs up to now. */
function finishedOn(day: number, firstId: number, count: number): Step {
  return {
    what: `the history, day ${day}`,
    text: `
      insert into finished (id, enqueued_at, run_at, started_at, finished_at, priority, duration_ms, drainer_id, attempts, max_attempts, state,
                            name, queue, payload, result, tags, metadata, batch_id)
      select $1::bigint + n, f.ended_at - f.waited - f.took, f.ended_at - f.waited - f.took, f.ended_at - f.took, f.ended_at,
             case when n % 10 = 0 then -10 else 0 end, (extract(epoch from f.took) * 1000)::integer, ${FIRST_DRAINER} + 1 + n % ${DRAINERS},
             case when n % 50 = 0 then 3 when n % 20 = 7 then 2 else 1 end, 3,
             case when n % 50 = 0 then 'discarded' when n % 400 = 3 then 'canceled' else 'succeeded' end,
             f.name, f.queue, jsonb_build_object('to', 'user' || n % 50000 || '@example.com', 'order', n, 'locale', 'en'),
             case when n % 50 <> 0 and n % 3 = 0 then jsonb_build_object('id', md5(n::text)) end,
             case when n % 4 = 0 then array[($3::text[])[1 + n % ${TAGS.length}]] end,
             case when n % 8 = 0 then jsonb_build_object('tenant', 'tenant-' || n % 300) end,
             case when n % 1000 < 5 then 1 + n / 1000 % 400 end
      from (select n, k.name, k.queue, ${DAY_BEGINS} + (n::float8 / $2) * ${DAY_LASTS} as ended_at,
                   (-ln(random()) * case when n % 97 = 0 then 60 else 0.8 end) * interval '1 second' as waited,
                   (k.ms * exp(random() * 2 - 1)) * interval '1 millisecond' as took
            from generate_series(1, $2::integer) n
            join unnest($4::text[], $5::text[], $6::float8[]) with ordinality k (name, queue, ms, place) on k.place = 1 + (n * 7919::bigint) % 100) f`.replaceAll(
      "$day",
      String(day),
    ),
    values: [
      firstId,
      count,
      TAGS,
      A_HUNDRED_KINDS.map(({ name }) => name),
      A_HUNDRED_KINDS.map(({ queue }) => queue),
      A_HUNDRED_KINDS.map(({ ms }) => ms),
    ],
  }
}

const DAY_BEGINS =
  "((date_trunc('day', now() at time zone 'UTC') + $day * interval '1 day') at time zone 'UTC')"
const DAY_LASTS = `(least(now(), ${DAY_BEGINS} + interval '1 day' - interval '1 second') - ${DAY_BEGINS})`

/** Each discarded job has failed thrice, and some of the others once. */
function failuresOn(day: number): Step {
  return {
    what: `failures, day ${day}`,
    text: `
      insert into failures (job_id, started_at, ended_at, duration_ms, waited_ms, drainer_id, attempt, outcome, error_class, error_code,
                            error_message, error_stack, name, fingerprint)
      select f.id, f.started_at, f.finished_at - (f.attempts - a.attempt) * interval '30 seconds', f.duration_ms, 40, f.drainer_id, a.attempt,
             case when a.attempt = f.attempts then 'discarded' else 'retried' end, e.class, e.code, replace(e.message, '%', (f.id % 100000)::text),
             e.class || ': ' || replace(e.message, '%', (f.id % 100000)::text) || E'\\n    at perform (file:///var/task/jobs/' || f.name || '.js:' || 10 + f.id % 3 || E':13)\\n    at async execute (file:///var/task/drain.js:4120:20)',
             f.name, left(md5(e.message || f.name), 16)
      from finished f
      cross join lateral generate_series(1, case f.state when 'discarded' then 3 else f.attempts - 1 end) a (attempt)
      join unnest($1::text[], $2::text[], $3::text[]) with ordinality e (class, code, message, place) on e.place = 1 + (f.id / 10 + length(f.name)) % ${ERRORS.length}
      where f.attempts > 1 and f.state <> 'canceled' and f.finished_at >= ${DAY_BEGINS} and f.finished_at < ${DAY_BEGINS} + interval '1 day'`.replaceAll(
      "$day",
      String(day),
    ),
    values: [
      ERRORS.map((error) => error.class),
      ERRORS.map(({ code }) => code),
      ERRORS.map(({ message }) => message),
    ],
  }
}

/** Most are ready, for up to three hours; others wait for their time, their concurrency key, their queue, or a drainer. */
function waitingJobs(finished: number, count: number): Step[] {
  return [
    {
      what: "waiting jobs",
      text: `
        insert into jobs (id, run_at, enqueued_at, priority, attempts, max_attempts, concurrency_limit, concurrency_key, state, name, queue, payload,
                          tags, metadata, unique_key, batch_id, features)
        select $1::bigint + n, case s.state when 'scheduled' then now() + n % 86400 * interval '1 second' else f.enqueued_at end, f.enqueued_at,
               case when n % 10 = 0 then -10 else 0 end, case when s.state = 'scheduled' and n % 3 = 0 then 1 else 0 end, 3,
               case when s.state = 'blocked' then 5 end, case when s.state = 'blocked' then 'tenant-' || n % 300 end, s.state,
               case when s.state = 'unknown' then 'retired-' || n % 3 else k.name end, k.queue,
               jsonb_build_object('to', 'user' || n % 50000 || '@example.com', 'order', n, 'locale', 'en'),
               case when n % 4 = 0 then array[($3::text[])[1 + n % ${TAGS.length}]] end,
               case when n % 8 = 0 then jsonb_build_object('tenant', 'tenant-' || n % 300) end,
               case when n % 100 = 9 then 'order-' || n end, case when n % 1000 < 2 then 401 + n / 1000 % 20 end, case when s.state = 'blocked' then 1 end
        from generate_series(1, $2::integer) n
        join unnest($4::text[], $5::text[]) with ordinality k (name, queue, place) on k.place = 1 + (n * 7919::bigint) % 100,
        lateral (select case when n % 100 < 8 then 'scheduled' when n % 100 < 11 then 'blocked' when n % 1000 = 500 then 'unknown' else 'ready' end) s (state),
        lateral (select now() - (1 - n::float8 / $2) * interval '3 hours') f (enqueued_at)`,
      values: [
        finished,
        count,
        TAGS,
        A_HUNDRED_KINDS.map(({ name }) => name),
        A_HUNDRED_KINDS.map(({ queue }) => queue),
      ],
    },
  ]
}

/** 400 that have finished, and 20 that are open. */
function batches(finished: number): Step {
  return {
    what: "batches",
    text: `
      insert into batches (id, state, total, succeeded, discarded, properties, created_at, finished_at)
      select n, case when n > 400 then 'open' when n % 7 = 0 then 'failed' else 'succeeded' end, 100, case when n > 400 then 40 when n % 7 = 0 then 99 - n % 5 else 100 end,
             case when n <= 400 and n % 7 = 0 then 1 + n % 5 else 0 end, jsonb_build_object('upload', 'contacts-' || n || '.csv'),
             now() - (${BATCHES + 1} - n) * interval '20 minutes', case when n <= 400 then now() - (${BATCHES} - n) * interval '20 minutes' end
      from generate_series(1, ${BATCHES}) n where $1::bigint >= 0`,
    values: [finished],
  }
}

function drainers(): Step {
  return {
    what: "drainers",
    text: `
      insert into drainers (id, slot, backend_pid, label, slots, budget_ms, invocation, settled, reason, started_at, ended_at, ending)
      select ${FIRST_DRAINER} + n, 1 + n % 10, 1000 + n, md5(n::text) || ' (hop 0)', 10, 900000,
             jsonb_build_object('requestId', md5(n::text), 'functionName', 'app-drain', 'region', 'eu-central-1', 'logGroup', '/aws/lambda/app-drain',
                                'logStream', '2026/01/01/[$LATEST]' || md5((n / 7)::text), 'memoryMb', 512, 'version', 'v1.' || 5 + n / 200),
             case when n % 60 <> 0 then 100 + n % 900 end,
             case when n % 60 <> 0 then case when n % 9 = 0 then 'deadline' else 'out_of_work' end end,
             now() - (402 - n) * interval '3 minutes', now() - (402 - n) * interval '3 minutes' + interval '150 seconds',
             case when n % 60 = 0 then 'died' else 'closed' end
      from generate_series(1, ${DRAINERS}) n`,
  }
}

function deployments(days: number): Step {
  return {
    what: "deployments",
    text: "insert into deployments (version, first_seen_at) select 'v1.' || n, now() - (7 - n) * $1 / 7.0 * interval '1 day' from generate_series(1, 7) n",
    values: [days],
  }
}

const MEASURES_OF_ALL: Step = {
  what: "measures of queues, and of all names together",
  text: `
    insert into measures (span_s, starts_at, name, queue, succeeded, retried, discarded, canceled, snoozed, interrupted, busy_ms, waited_ms,
                          billed_mb_ms, runs, waits)
    select m.span_s, m.starts_at, '', coalesce(m.queue, ''), sum(m.succeeded), sum(m.retried), sum(m.discarded), sum(m.canceled), sum(m.snoozed),
           sum(m.interrupted), sum(m.busy_ms), sum(m.waited_ms), sum(m.billed_mb_ms), add_histograms(array_agg(m.runs)), add_histograms(array_agg(m.waits))
    from measures m where m.span_s > 0 group by m.span_s, m.starts_at, grouping sets ((m.queue), ())`,
  values: [],
}

/** A curve of the day, with more failures in one hour of each day. */
function measures(perDay: number): Step[] {
  const spans = [
    { spanS: 60, days: 2 },
    { spanS: 600, days: 14 },
    { spanS: 3_600, days: 90 },
    { spanS: 86_400, days: 90 },
  ].map(({ spanS, days }) => ({
    what: `measures of ${spanS / 60} minutes`,
    text: `
      insert into measures (span_s, starts_at, name, queue, succeeded, retried, discarded, canceled, snoozed, interrupted, busy_ms, waited_ms,
                            billed_mb_ms, runs, waits)
      select ${spanS}, m.starts_at, m.name, m.queue, m.jobs - m.failed - m.failed / 3, m.failed, m.failed / 3, 0, 0, 0, m.jobs * m.ms, m.jobs * 800,
             m.jobs * m.ms * 40,
             row(array[b - 4, b - 1, b, b + 2, b + 9]::smallint[], array[m.jobs / 10, m.jobs / 4, m.jobs - m.jobs / 10 - m.jobs / 4 - m.jobs / 5 - m.jobs / 50, m.jobs / 5, m.jobs / 50])::histogram,
             row(array[20, 40, 60, 75, 110]::smallint[], array[m.jobs / 10, m.jobs / 3, m.jobs - m.jobs / 10 - m.jobs / 3 - m.jobs / 5 - m.jobs / 50, m.jobs / 5, m.jobs / 50])::histogram
      from (select t.starts_at, k.name, k.queue, k.ms, ceil(8 * log(2, k.ms::numeric))::integer as b, j.jobs,
                   (j.jobs * case when extract(hour from t.starts_at) = 3 then 0.2 else 0.03 end)::bigint as failed
            from generate_series(date_bin('${spanS} seconds', now() - interval '${days} days', 'epoch'), now(), interval '${spanS} seconds') t (starts_at)
            cross join unnest($2::text[], $3::text[], $4::integer[], $5::integer[]) k (name, queue, share, ms),
            lateral (select (1 + $1::float8 * ${spanS} / 86400 * k.share / 1000 * (1 + 0.7 * sin(extract(epoch from t.starts_at) / 86400 * 6.283)) * (0.8 + random() * 0.4))::bigint) j (jobs)) m`,
    values: [
      perDay,
      KINDS.map(({ name }) => name),
      KINDS.map(({ queue }) => queue),
      KINDS.map(({ share }) => share),
      KINDS.map(({ ms }) => ms),
    ],
  }))
  return [...spans, MEASURES_OF_ALL]
}

function ticks(): Step {
  return {
    what: "ticks of schedules",
    text: `
      insert into schedule_ticks (schedule_key, tick, outcome, job_id, error, created_at)
      select s.key, t.tick, case when t.n % 11 = 0 then 'skipped' when t.n % 29 = 0 then 'missed' else 'enqueued' end,
             case when t.n % 11 <> 0 and t.n % 29 <> 0 then t.n end, null, t.tick
      from schedules s, lateral (select n, date_trunc('hour', now()) - n * interval '1 hour' as tick from generate_series(1, 300) n) t
      on conflict do nothing`,
  }
}

/** A hundred of them, each as often as its share says. */
function kindsByShare(): typeof KINDS {
  const all = KINDS.flatMap((kind) =>
    Array.from({ length: Math.max(1, Math.round(kind.share / 10)) }, () => kind),
  )
  return Array.from({ length: 100 }, (_, place) => all[place % all.length] as (typeof KINDS)[number])
}
