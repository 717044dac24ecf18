/** A change to a file; what is replaced is in it once. */
export interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

const SQL = "migrations/functions"
const CORE = "packages/core/src"

/** How the guard of each race of docs/protocol.md is removed. */
export const GUARDS: Readonly<Record<string, readonly Edit[]>> = {
  "Second look": [
    {
      file: `${SQL}/second_look.sql`,
      from: `where found.state = p_state and (found.queue = any (v_queues)) <> v_excepts and found.name <> all (v_paused_names)
      and (found.features is null or found.features & ~v_known = 0);`,
      // what was locked, as it was before the lock
      to: `where false;
    select array_agg(l.id), array_agg(0), json_agg(json_build_array(l.id, 0, 'job', null, 'default', now(), null))
    into ids, fences, jobs from unnest(v_locked) l (id);`,
    },
  ],
  "Old snapshot": [
    {
      file: `${CORE}/session/drainer-session.ts`,
      from: `  default_transaction_isolation: "read committed",\n`,
      to: "",
    },
  ],
  "Re-entrant lock": [
    {
      file: `${SQL}/lock_ready.sql`,
      from: "        and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)\n",
      to: "",
    },
  ],
  "Unlock after commit": [
    {
      file: `${SQL}/protocol/settle_succeeded.sql`,
      from: "  if v_concerned is not null or",
      to: "  perform unlock_jobs(v_finished);\n  if v_concerned is not null or",
    },
    { file: `${SQL}/protocol/claim.sql`, from: "  perform unlock_jobs(p_settled);\n", to: "" },
  ],
  "Unlock with the commit": [
    { file: `${SQL}/second_look.sql`, from: "unlock_at_commit(v_dropped)", to: "unlock_jobs(v_dropped)" },
  ],
  "Lock that is not there": [
    { file: `${SQL}/unlock_jobs.sql`, from: "if not (select", to: "if null is not distinct from (select" },
  ],
  "Leftover lock": [
    {
      file: `${SQL}/protocol/unlock_strays.sql`,
      from: " filter (where pg_advisory_unlock(job_lock(s.job_id)))",
      to: "",
    },
  ],
  "Unknown commit": [
    {
      file: `${CORE}/database/pool-queryable.ts`,
      from: "if (isTransient(error) && tried",
      to: "if ((isTransient(error) || isConnectionLost(error)) && tried",
    },
  ],
  "Outcome in hand": [
    {
      file: `${CORE}/perform/job-runner.ts`,
      from: "isIdle: () => isDone() && ended.count() === 0,",
      to: "isIdle: () => isDone(),",
    },
  ],
  "Outcomes under way": [
    {
      file: `${CORE}/drain-pipeline.ts`,
      from: "if (isSentAhead || isHeldUp)",
      to: "if (isHeldUp)",
    },
  ],
  "Claim beside a settle": [
    {
      file: `${CORE}/drain-pipeline.ts`,
      from: 'return kind === "retried" || kind === "snoozed"',
      to: 'return kind === "lost"',
    },
  ],
  "Unique key freed meanwhile": [
    {
      file: `${SQL}/store_unless_there.sql`,
      from: "exit when cardinality(v_stored) + cardinality(v_new) = cardinality(p_jobs);",
      to: "exit;",
    },
  ],
  "Unique keys in two rounds": [
    {
      file: `${SQL}/store_unless_there.sql`,
      from: "      raise exception using errcode = 'SL007', message = 'A unique key was freed meanwhile';\n",
      to: "      p_jobs := array(select n from unnest(p_jobs) n where n.id not in (select unnest(v_stored)));\n",
    },
  ],
  "Replaced and begun": [
    { file: `${SQL}/admit.sql`, from: "if p_features & c_begins <> 0 then", to: "if false then" },
  ],
  "Expired and begun": [
    {
      file: `${SQL}/protocol/expire_jobs.sql`,
      from: "where pg_try_advisory_xact_lock(job_lock(e.id))",
      to: "where true",
    },
  ],
  "Expired under the dead": [
    {
      file: `${SQL}/protocol/expire_jobs.sql`,
      from: "where free.id <> all (v_begun)",
      to: "where true",
    },
  ],
  "Last place taken twice": [
    { file: `${SQL}/assert_room.sql`, from: "perform pg_advisory_xact_lock(", to: "perform concat(" },
  ],
  "Request under way": [
    {
      file: `${SQL}/hold_request.sql`,
      from: "if not pg_try_advisory_xact_lock(lock_space('request'), hashtext(p_key)) then",
      to: "if false then",
    },
  ],
  "The dead's jobs": [{ file: `${SQL}/second_look.sql`, from: "  if dead then", to: "  if false then" }],
  "Several look at once": [
    {
      file: `${SQL}/dead_drainers.sql`,
      from: "pg_try_advisory_xact_lock_shared(",
      to: "pg_try_advisory_xact_lock(",
    },
  ],
  "Reap and claim": [
    {
      file: `${SQL}/protocol/reap.sql`,
      from: "pg_try_advisory_xact_lock(job_lock",
      to: "pg_try_advisory_lock(job_lock",
    },
    {
      file: `${SQL}/protocol/reap.sql`,
      from: "  return next;\nend",
      to: "  perform unlock_jobs(v_locked);\n  return next;\nend",
    },
  ],
  "Half a death": [
    { file: `${SQL}/protocol/reap.sql`, from: "pg_try_advisory_xact_lock(job_lock(u.id))", to: "true" },
  ],
  "Reap and late settle": [
    {
      file: `${SQL}/finish_jobs.sql`,
      from: "where j.id = o.id and j.fence = o.fence",
      to: "where j.id = o.id",
    },
  ],
  "Completed while put back": [
    { file: `${SQL}/lock_tokens_of.sql`, from: " order by w.token for update", to: "" },
  ],
  "Emitted before it is put back": [
    { file: `${SQL}/after_settle.sql`, from: "    perform resume_ended(p_rescheduled);\n", to: "" },
  ],
  "Emitted while put back": [
    { file: `${SQL}/match_emitted.sql`, from: "  perform resume_ended();\n", to: "" },
  ],
  "Wait during an emit": [
    {
      file: `${SQL}/protocol/emit_event.sql`,
      from: "  insert into emitted_events (event, payload) values (p_event, p_payload);\n",
      to: "",
    },
  ],
  "Wait during the look": [
    {
      file: `${SQL}/match_emitted.sql`,
      from: "where o.looked_xid < pg_snapshot_xmin(pg_current_snapshot())",
      to: "where o.looked_xid is not null",
    },
  ],
  "Event of before": [
    {
      file: `${SQL}/end_event_waits.sql`,
      from: "p_xid is null or not pg_visible_in_snapshot(p_xid, w.since)",
      to: "true",
    },
  ],
  "Emit in the way": [
    { file: `${SQL}/protocol/await_event.sql`, from: "for update skip locked", to: "for update" },
  ],
  "Opened while it is completed": [
    {
      file: `${SQL}/end_wait.sql`,
      from: "      select w.state into v_state from waits w where w.token = p_token for update;\n",
      to: "      update waits w set value = w.value where w.token = p_token and w.state = 'open' returning w.state into v_state;\n",
    },
    {
      file: `${SQL}/end_wait.sql`,
      from: "coalesce(v_state, 'unknown')",
      to: "coalesce(v_state, (select w.state from waits w where w.token = p_token), 'unknown')",
    },
  ],
  "Ended while put back": [
    {
      file: `${SQL}/advance_batch.sql`,
      from: "      perform end_wait(token_of_batch(p_batch)) where v_batch.gathers;\n",
      to: "      update waits w set state = 'completed', ended_at = now() where w.token = token_of_batch(p_batch);\n",
    },
  ],
  "Ended before it waits": [
    {
      file: `${SQL}/protocol/gather_jobs.sql`,
      from: "  insert into waits (token) values (token_of_batch(batch_id)); -- before it can finish\n",
      to: "",
    },
  ],
  "Gathered twice": [
    {
      file: `${SQL}/protocol/gather_jobs.sql`,
      from: "  if batch_id is not null then\n    return;\n  end if;\n",
      to: "",
    },
  ],
  "Late checkpoint": [
    { file: `${SQL}/protocol/store_progress.sql`, from: "j.fence = p_fence for", to: "true for" },
  ],
  "Reap and a row in use": [
    { file: `${SQL}/interrupt.sql`, from: "for update of j skip locked", to: "for update of j" },
  ],
  "Reap in parts": [
    {
      file: `${SQL}/protocol/reap.sql`,
      from: "coalesce(v_in_flight, cardinality(v_unsettled))",
      to: "cardinality(v_unsettled)",
    },
  ],
  "Closing isn't dying": [
    {
      file: `${SQL}/protocol/close_drainer.sql`,
      from: "  due := is_work_due(",
      to: "  perform pg_advisory_unlock(lock_space('drainer'), p_drainer);\n  due := is_work_due(",
    },
  ],
  "Stale session": [
    {
      file: `${CORE}/session/session-timeout.ts`,
      from: "const answerWithinMs = sessionTimeoutMs * 0.8",
      to: "const answerWithinMs = sessionTimeoutMs * 3",
    },
  ],
  "Silent session": [
    { file: `${SQL}/protocol/set_session_timeout.sql`, from: "perform set_config(", to: "perform concat(" },
  ],
  "Somebody else's session": [
    { file: `${SQL}/protocol/settle.sql`, from: "  perform assert_session(p_backend);\n", to: "" },
  ],
  "Limit counted twice": [
    { file: `${SQL}/grant_permits.sql`, from: "lock_free_keys(keys_of(p_ids))", to: "keys_of(p_ids)" },
  ],
  "Limit and promotion": [
    { file: `${SQL}/release_permits.sql`, from: "  perform lock_keys(v_keys);\n", to: "" },
  ],
  "Key that can't be locked": [
    {
      file: `${SQL}/grant_permits.sql`,
      from: "or c.concurrency_key = any (v_keys) and c.id not in",
      to: "or c.id not in",
    },
  ],
  "One key of several counted twice": [
    {
      file: `${SQL}/grant_all_permits.sql`,
      from: "lock_free_keys(keys_of(p_ids))",
      to: "keys_of(p_ids)",
    },
  ],
  "Woken and refused": [
    {
      file: `${SQL}/grant_all_permits.sql`,
      from: "perform unblock_jobs(array(",
      to: "perform concat(array(",
    },
  ],
  "Limit changed meanwhile": [
    { file: `${SQL}/limits_in_force.sql`, from: "on l.concurrency_key = a.concurrency_key", to: "on false" },
  ],
  "Row that is gone": [{ file: `${SQL}/after_settle.sql`, from: "p.drainer_id = p_drainer", to: "false" }],
  "Forgotten job": [
    { file: `${SQL}/unblock_forgotten.sql`, from: "  perform unblock_jobs(", to: "  perform concat(" },
  ],
  "Turn and end": [
    {
      file: `${SQL}/keep_order.sql`,
      from: "text[] := lock_free_keys(keys_of(p_ids));",
      to: "text[] := keys_of(p_ids);",
    },
  ],
  "Turn and cancellation": [
    {
      file: `${SQL}/finish_canceled.sql`,
      from: "    perform lock_free_keys(v_lines);",
      to: "    perform concat(v_lines);",
    },
  ],
  "Smaller id, later commit": [
    { file: `${SQL}/lock_lines.sql`, from: "  select pg_advisory_xact_lock(", to: "  select concat(" },
  ],
  "Passed job that is due again": [
    { file: `${SQL}/keep_order.sql`, from: "    where not is_line_busy(line.key, head.id)\n", to: "" },
  ],
  "Forgotten turn": [
    { file: `${SQL}/let_forgotten.sql`, from: "  perform let_next(", to: "  perform concat(" },
  ],
  "Start counted twice": [
    {
      file: `${SQL}/throttle_jobs.sql`,
      from: "lock_free_keys(array(select rate_lock(key) from unnest(v_keys) key))",
      to: "array(select rate_lock(key) from unnest(v_keys) key)",
    },
  ],
  "Late start": [
    {
      file: `${CORE}/perform/job-runner.ts`,
      from: "return startWithinMs !== null &&",
      to: "return false &&",
    },
  ],
  "Rate's key that can't be locked": [
    {
      file: `${SQL}/throttle_jobs.sql`,
      from: "or c.rate_key = any (v_keys) and c.id not in",
      to: "or c.id not in",
    },
  ],
  "Rate changed meanwhile": [
    {
      file: `${SQL}/rates_in_force.sql`,
      from: "newest.id >= coalesce(r.job_id, 0)",
      to: "newest.id is not null",
    },
  ],
  "Forgotten throttled job": [
    { file: `${SQL}/unthrottle_forgotten.sql`, from: "  perform unthrottle(", to: "  perform concat(" },
  ],
  "Token while leaving": [
    {
      file: `${SQL}/is_work_due.sql`,
      from: "r.next_at <= clock_timestamp()",
      to: "false",
    },
  ],
  "Expired while leaving": [
    {
      file: `${SQL}/is_work_due.sql`,
      from: "from keys_unnoted() key where",
      to: "from keys_unnoted() key where false and",
    },
  ],
  "Paused meanwhile": [
    {
      file: `${SQL}/second_look.sql`,
      from: " and (found.queue = any (v_queues)) <> v_excepts",
      to: " and (found.queue = any (queues_of(p_pool, '{}'))) <> v_excepts",
    },
    { file: `${SQL}/lock_ready.sql`, from: "lasts(p));\n  v_excepts", to: "false);\n  v_excepts" },
    { file: `${SQL}/hold_ahead.sql`, from: "elsif v_queues && v_paused then", to: "elsif false then" },
  ],
  "Moved to another queue": [
    {
      file: `${SQL}/second_look.sql`,
      from: " and (found.queue = any (v_queues)) <> v_excepts",
      to: " and found.queue <> all (v_paused)",
    },
  ],
  "Moved before it begins": [{ file: `${SQL}/admit.sql`, from: " and serves(p_pool, j.queue)", to: "" }],
  "Name paused meanwhile": [
    { file: `${SQL}/second_look.sql`, from: " and found.name <> all (v_paused_names)", to: "" },
  ],
  "Name paused before it begins": [
    { file: `${SQL}/admit.sql`, from: "j.name <> all (p_paused_names)", to: "true" },
  ],
  "Pause that ends": [
    { file: `${SQL}/end_pauses.sql`, from: "  perform unblock_jobs(", to: "  perform concat(" },
    { file: `${SQL}/unblock_forgotten.sql`, from: "  perform unblock_jobs(", to: "  perform concat(" },
  ],
  "Resumed meanwhile": [
    { file: `${SQL}/resume_strays.sql`, from: "not is_paused(v_queue) and", to: "false and" },
  ],
  "Tick twice": [
    {
      file: `${SQL}/enqueue_due.sql`,
      from: "    on conflict do nothing\n",
      to: "    on conflict (schedule_key, tick) do update set outcome = excluded.outcome\n",
    },
  ],
  "Tick while leaving": [
    {
      file: `${SQL}/is_work_due.sql`,
      from: "select from schedules s where s.next_at <= now()",
      to: "select from schedules s where false",
    },
  ],
  "Known meanwhile": [
    {
      file: `${SQL}/is_work_due.sql`,
      from: "j.state = 'unknown' and j.name = known.name",
      to: "false",
    },
  ],
  "Keyed twice": [
    { file: `${SQL}/protocol/set_keys.sql`, from: " and j.state = 'unkeyed' limit", to: " limit" },
  ],
  "Key while leaving": [
    {
      file: `${SQL}/is_work_due.sql`,
      from: "j.state = 'unkeyed' and j.name = known.name",
      to: "false",
    },
  ],
  "Older definition": [
    { file: `${SQL}/is_definition_changed.sql`, from: "(p_noted).registered_at is null", to: "true" },
  ],
  "Changed and begun": [
    { file: `${SQL}/lock_given.sql`, from: "pg_try_advisory_xact_lock(job_lock(g.id))", to: "true" },
  ],
  "Feature gained": [
    {
      file: `${SQL}/second_look.sql`,
      from: "\n      and (found.features is null or found.features & ~v_known = 0)",
      to: "",
    },
  ],
  "Changed under the dead": [
    { file: `${SQL}/take_waiting.sql`, from: "where locked.id <> all (running)", to: "where true" },
  ],
  "Canceled and begun again": [
    {
      file: `${SQL}/second_look.sql`,
      from: "if exists (select from cancellations) then",
      to: "if false then",
    },
  ],
  "Canceled under the dead": [
    {
      file: `${SQL}/cancel_requested.sql`,
      from: " except select unnest(in_flight_among(v_free))",
      to: "",
    },
  ],
  "Ended while asked": [
    {
      file: `${SQL}/protocol/await_jobs.sql`,
      from: "j.id = any (p_ids) and j.is_awaited is null);",
      to: "false);",
    },
  ],
  "Request left behind": [
    {
      file: `${SQL}/retry_finished.sql`,
      from: "  delete from cancellations c where c.job_id = any (retried);",
      to: "",
    },
  ],
  "Retried under the lock": [
    {
      file: `${SQL}/protocol/retry_jobs.sql`,
      from: "v_locked bigint[] := lock_given(p_ids)",
      to: "v_locked bigint[] := p_ids",
    },
  ],
  "Fence of an earlier life": [
    { file: `${SQL}/retry_finished.sql`, from: "(p.times % 2000 + 1) * 1000000", to: "0" },
  ],
  "Late arrival": [{ file: `${SQL}/unblock_jobs.sql`, from: "note_late_arrivals()", to: "1" }],
  "Noted too early": [
    { file: `${SQL}/protocol/unlock_given_back.sql`, from: "  perform note_late_arrivals();\n", to: "" },
    {
      file: `${SQL}/protocol/give_back.sql`,
      from: "  perform release_permits(p_ids);",
      to: "  perform release_permits(p_ids);\n  perform note_late_arrivals();",
    },
  ],
  "Late commit": [
    { file: `${CORE}/claim/claim.ts`, from: "? null : position.seen", to: "? position.seen : position.seen" },
  ],
  "Listen, then look": [
    {
      file: `${CORE}/wake/linger.ts`,
      from: "await listen(!isHot)\n        return 0",
      to: "await listen(!isHot)",
    },
  ],
  "Release, then look again": [
    {
      file: `${SQL}/protocol/close_drainer.sql`,
      from: "  v_sees_all boolean;\n",
      to: "  v_sees_all boolean;\n  v_due boolean := is_work_due(unpaused(p_names));\n",
    },
    {
      file: `${SQL}/protocol/close_drainer.sql`,
      from: "  due := is_work_due(case when v_rare.for_repair then unpaused(p_names) else p_names end, p_pool)",
      to: "  due := is_work_due('{}') or v_due",
    },
  ],
  "Wake after commit": [
    {
      file: `${SQL}/is_attended.sql`,
      from: "if not pg_try_advisory_xact_lock_shared(lock_space('storing'), 0) then",
      to: "if false then",
    },
  ],
  "Counted at once": [
    {
      file: `${SQL}/unattended.sql`,
      from: "pg_try_advisory_lock_shared(",
      to: "pg_try_advisory_lock(",
    },
    { file: `${SQL}/unattended.sql`, from: "pg_advisory_unlock_shared(", to: "pg_advisory_unlock(" },
  ],
  "Awake for other jobs": [
    {
      file: `${SQL}/unattended.sql`,
      from: "coalesce(k.name = any (v_drainer.names), true) and",
      to: "true and",
    },
  ],
  "Awake for other queues": [
    { file: `${SQL}/unattended.sql`, from: " and serves(v_drainer.pool, k.queue)", to: "" },
  ],
  "Last two at once": [
    {
      file: `${SQL}/tick.sql`,
      from: "  perform fold_batches(); -- before the promotion of a job that has waited for one\n",
      to: "",
    },
  ],
  "Added up too early": [
    {
      file: `${SQL}/protocol/close_drainer.sql`,
      from: "exists (select from due_batches()) or ",
      to: "",
    },
  ],
  "Finished by two": [{ file: `${SQL}/finish_batches.sql`, from: " for update skip locked", to: "" }],
  "Added while it finishes": [{ file: `${SQL}/hold_batch.sql`, from: " for key share;", to: ";" }],
  "Retried while it finishes": [
    { file: `${SQL}/reopen_batches.sql`, from: " order by b.id for no key update;", to: " order by b.id;" },
  ],
  "Last two parents at once": [
    { file: `${SQL}/hold_dependents.sql`, from: " for no key update skip locked) w);", to: ") w);" },
  ],
  "Note left behind": [
    {
      file: `${SQL}/protocol/close_drainer.sql`,
      from: " or exists (select from due_dependents)",
      to: "",
    },
  ],
  "Retried while its parent ends": [
    { file: `${SQL}/reopen_dependencies.sql`, from: "  perform note_dependents(v_due);\n", to: "" },
  ],
  "Stored while its parent is retried": [
    { file: `${SQL}/reopen_dependencies.sql`, from: "  perform note_parents(p_retried);\n", to: "" },
  ],
  "Retried and ended before its child is committed": [
    {
      file: `${SQL}/store_dependencies.sql`,
      from: "where d.outcome in ('discarded', 'canceled')));",
      to: "where false));",
    },
  ],
  "Old snapshot of an app": [
    { file: `${SQL}/end_parents.sql`, from: "  if not sees_commits() then", to: "  if false then" },
  ],
  "Added up in an old snapshot": [
    { file: `${SQL}/protocol/cancel_jobs.sql`, from: "  if sees_commits() then", to: "  if true then" },
  ],
  "Completed in an old snapshot": [
    { file: `${SQL}/end_wait.sql`, from: "  if not sees_commits() then", to: "  if false then" },
  ],
  "Parent ends while its child is stored": [
    {
      file: `${SQL}/store_dependencies.sql`,
      from: "  perform note_dependents(v_held);\n",
      to: "",
    },
  ],
  "Parent ends while it is marked": [
    {
      file: `${SQL}/mark_parents.sql`,
      from: "where d.outcome is null and d.parent_id = any (v_unmarked) and j.has_dependents is null));",
      to: "where false));",
    },
  ],
  "Marked between claim and begin": [
    { file: `${SQL}/second_look.sql`, from: "integer := 96;", to: "integer := 32;" },
  ],
  "Came and gone": [
    { file: `${SQL}/clear_wake_requests.sql`, from: "> '-infinity' and", to: "> 'infinity' and" },
  ],
  Slots: [
    {
      file: `${SQL}/protocol/open_drainer.sql`,
      from: "pg_try_advisory_lock(lock_space('slot'), slot_key(p_pool, v_slot))",
      to: "v_slot > 0",
    },
  ],
  "Lanes that hang": [
    {
      file: `${SQL}/protocol/enter_lane.sql`,
      from: "is_busy := exists (",
      to: "is_busy := true or exists (",
    },
  ],
  "Closed twice": [
    {
      file: `${SQL}/protocol/close_drainer.sql`,
      from: "pg_advisory_unlock(job_lock(held.id)) from unnest(p_held) held (id)",
      to: "unlock_jobs(p_held)",
    },
  ],
  "Older look, later wake-up": [
    {
      file: `${SQL}/protocol/plan_wake_up.sql`,
      from: "  perform pg_advisory_lock(lock_space('wake-up'), 0);\n",
      to: "",
    },
  ],
  "Stored while it is set": [
    {
      file: `${SQL}/kinds_late.sql`,
      from: "if not pg_try_advisory_lock_shared(",
      to: "if false and not pg_try_advisory_lock_shared(",
    },
  ],
  "Set before the end": [
    {
      file: "packages/aws/src/drain/idle.ts",
      from: "async setWakeUp(dueAt) {\n        await fallback",
      to: "async setWakeUp(dueAt) {\n        void fallback",
    },
  ],
}
