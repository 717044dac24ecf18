-- Enqueueing. `store_jobs` is the one way in; `enqueue` puts words in SQL on top of it.

-- A job on its way into the table.
create type new_job as (
  id bigint, index integer, name text, payload jsonb, queue text, priority integer, run_at timestamptz,
  max_attempts smallint, timeout_ms integer, unique_key text, idempotency_key text, concurrency_key text,
  concurrency_limit integer, tags text[], metadata jsonb, state text);

-- Stores any number of jobs in one statement and answers for each.
-- Each element: name, payload, and optionally queue, priority, run_at or delay_ms, max_attempts, timeout_ms,
-- unique_key, idempotency_key, concurrency_key with concurrency_limit, tags, metadata. p_carrier travels with each of them.
create function store_jobs(p_schema_version integer, p_jobs jsonb, p_carrier jsonb default null)
returns table (job_index integer, job_id bigint, job_state text, deduplicated boolean)
language plpgsql volatile set search_path from current
as $$
declare
  v_stored integer;
begin
  perform assert_schema_version(p_schema_version);

  -- Of jobs that come together under one concurrency key, only as many as may run start out ready; they carry the
  -- promise that the rest will be woken. It takes no lock, so an enqueue never waits for another's transaction.
  return query
  with parsed as materialized (
    select p.* from parse_jobs(p_jobs) p where p.unique_key is null and p.idempotency_key is null
  ), beyond_limit as (
    select o.id from (
      select p.id, p.concurrency_limit, row_number() over (partition by p.concurrency_key order by p.priority, p.run_at, p.id) as place
      from parsed p where p.concurrency_key is not null and p.state = 'ready') o
    where o.place > o.concurrency_limit
  ), incoming as materialized (
    select p.*, case when b.id is null then p.state else 'blocked' end as first_state
    from parsed p left join beyond_limit b on b.id = p.id
  ), stored as (
    insert into jobs (id, name, payload, queue, priority, run_at, max_attempts, timeout_ms,
                      concurrency_key, concurrency_limit, tags, metadata, carrier, state)
    select i.id, i.name, i.payload, i.queue, i.priority, i.run_at, i.max_attempts, i.timeout_ms,
           i.concurrency_key, i.concurrency_limit, i.tags, i.metadata, p_carrier, i.first_state
    from incoming i
  )
  select i.index, i.id, told_state(i.first_state), false from incoming i;

  get diagnostics v_stored = row_count;
  if v_stored < jsonb_array_length(p_jobs) then
    return query select * from store_keyed_jobs(array(
      select p from parse_jobs(p_jobs) p where p.unique_key is not null or p.idempotency_key is not null), p_carrier);
  end if;
  perform notify_lingering();
end
$$;

create function parse_jobs(p_jobs jsonb) returns setof new_job
language sql volatile set search_path from current
as $$
  select nextval('job_ids'), (j.index - 1)::integer, j.name, coalesce(j.payload, '{}'), coalesce(j.queue, 'default'),
         coalesce(j.priority, 0), due.at, j.max_attempts, j.timeout_ms, j.unique_key, j.idempotency_key,
         j.concurrency_key, case when j.concurrency_key is not null then coalesce(j.concurrency_limit, 1) end,
         j.tags, j.metadata,
         case when due.at > now() then 'scheduled'
              when coalesce(j.queue, 'default') = any (array(select q.name from queues q where q.paused_at is not null)) then 'paused'
              else 'ready' end
  from rows from (jsonb_to_recordset(p_jobs) as (
         name text, payload jsonb, queue text, priority integer, run_at timestamptz, delay_ms bigint,
         max_attempts smallint, timeout_ms integer, unique_key text, idempotency_key text,
         concurrency_key text, concurrency_limit integer, tags text[], metadata jsonb)) with ordinality
       as j (name, payload, queue, priority, run_at, delay_ms, max_attempts, timeout_ms, unique_key, idempotency_key,
             concurrency_key, concurrency_limit, tags, metadata, index)
  cross join lateral (select coalesce(j.run_at, now() + coalesce(j.delay_ms, 0) * interval '1 millisecond') as at) due
$$;

-- Jobs with a unique or an idempotency key: stored, or answered with the job that is there. First all idempotency
-- keys, then all unique keys, each in their order: two calls with the same keys so meet one after the other, not in
-- a deadlock.
create function store_keyed_jobs(p_jobs new_job[], p_carrier jsonb)
returns table (job_index integer, job_id bigint, job_state text, deduplicated boolean)
language plpgsql volatile set search_path from current
as $$
declare
  v_job new_job;
  v_remaining new_job[] := '{}';
  v_repeated new_job[] := '{}';
  v_first bigint;
begin
  for v_job in select * from unnest(p_jobs) j order by j.name, j.idempotency_key, j.index loop
    if remember_idempotency_key(v_job) = v_job.id then
      v_remaining := v_remaining || v_job;
    else
      v_repeated := v_repeated || v_job;
    end if;
  end loop;

  for v_job in select * from unnest(v_remaining) j order by j.name, j.unique_key, j.index loop
    v_first := store_unless_there(v_job, p_carrier);
    if v_first = v_job.id then
      return query select v_job.index, v_job.id, told_state(v_job.state), false;
    else
      update idempotency_keys k set job_id = v_first where k.name = v_job.name and k.key = v_job.idempotency_key;
      return query select v_job.index, v_first, current_state(v_first), true;
    end if;
  end loop;

  -- Answered last: only now is it known what became of the first job of this very batch with the same key.
  return query
  select r.index, k.job_id, current_state(k.job_id), true
  from unnest(v_repeated) r join idempotency_keys k on k.name = r.name and k.key = r.idempotency_key;
end
$$;

-- Answers with the id of the job that came first with this key in the last 24 hours: this one's, unless another did.
create function remember_idempotency_key(p_job new_job) returns bigint
language plpgsql volatile set search_path from current
as $$
begin
  if p_job.idempotency_key is null then
    return p_job.id;
  end if;
  insert into idempotency_keys as k (name, key, job_id) values (p_job.name, p_job.idempotency_key, p_job.id)
  on conflict (name, key) do update set job_id = excluded.job_id, created_at = now()
    where k.created_at < now() - interval '24 hours';
  return (select k.job_id from idempotency_keys k where k.name = p_job.name and k.key = p_job.idempotency_key);
end
$$;

-- Answers with the id of the unfinished job that has this unique key: this one's, unless another was there.
create function store_unless_there(p_job new_job, p_carrier jsonb) returns bigint
language plpgsql volatile set search_path from current
as $$
declare
  v_there bigint;
begin
  loop
    insert into jobs (id, name, payload, queue, priority, run_at, max_attempts, timeout_ms, unique_key,
                      concurrency_key, concurrency_limit, tags, metadata, carrier, state)
    values (p_job.id, p_job.name, p_job.payload, p_job.queue, p_job.priority, p_job.run_at, p_job.max_attempts,
            p_job.timeout_ms, p_job.unique_key, p_job.concurrency_key, p_job.concurrency_limit, p_job.tags,
            p_job.metadata, p_carrier, p_job.state)
    on conflict (name, unique_key) where unique_key is not null do nothing;
    if found then
      return p_job.id;
    end if;
    select j.id into v_there from jobs j where j.name = p_job.name and j.unique_key = p_job.unique_key;
    if found then
      return v_there;
    end if;
    -- the other job finished between the two statements: its key is free now
  end loop;
end
$$;

-- From SQL, in any language, inside the caller's transaction:
--   select sluice.enqueue('welcome', '{"to": "ada@example.org"}', '{"delay": "5m", "queue": "mail"}');
-- Options are those of the API; an unknown one or a wrong value is an error that names it. Returns the job's id.
create function enqueue(name text, payload jsonb default '{}', options jsonb default '{}') returns bigint
language plpgsql volatile set search_path from current
as $$
declare
  v_options jsonb := coalesce(options, '{}');
  v_unknown text;
  v_stored record;
begin
  perform assert_job(name, payload, v_options);
  select s.* into v_stored from store_jobs(schema_version(), jsonb_build_array(json_strip_nulls(json_build_object(
    'name', name,
    'queue', v_options->'queue',
    'priority', v_options->'priority',
    'run_at', v_options->'runAt',
    'delay_ms', duration_ms(v_options->'delay', 'delay'),
    'max_attempts', v_options->'maxAttempts',
    'timeout_ms', duration_ms(v_options->'timeout', 'timeout'),
    'unique_key', v_options->'uniqueKey',
    'idempotency_key', v_options->'idempotencyKey',
    'concurrency_key', v_options->'concurrencyKey',
    'concurrency_limit', v_options->'concurrencyLimit',
    'tags', v_options->'tags'))::jsonb
    || jsonb_build_object('payload', coalesce(payload, '{}'))  -- after the stripping: nulls inside belong to the user
    || case when v_options ? 'metadata' then jsonb_build_object('metadata', v_options->'metadata') else '{}' end)) s;
  return v_stored.job_id;
end
$$;

create function assert_job(p_name text, p_payload jsonb, p_options jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['queue', 'priority', 'runAt', 'delay', 'maxAttempts', 'timeout', 'uniqueKey',
    'idempotencyKey', 'concurrencyKey', 'concurrencyLimit', 'tags', 'metadata'];
  v_key text;
  v_value jsonb;
  v_expected text;
begin
  if p_name is null or p_name !~ '^[A-Za-z0-9._/:-]{1,128}$' then
    perform refuse(format('Job name %L: use 1 to 128 letters, digits and . _ - / :', p_name));
  elsif p_payload = 'null' then
    perform refuse('payload is null: give an object or another JSON value');
  elsif jsonb_typeof(p_options) <> 'object' then
    perform refuse(format('options is %s: give a JSON object', p_options));
  elsif octet_length(p_payload::text) > 262144 then
    perform refuse(format('The payload of %L has %s bytes as JSON, over the limit of 262144: store the data elsewhere and pass a reference',
      p_name, octet_length(p_payload::text)));
  end if;

  for v_key, v_value in select * from jsonb_each(p_options) loop
    v_expected := case
      when not v_key = any (c_known) then 'one of ' || array_to_string(c_known, ', ')
      when v_value = 'null' then null
      when v_key = 'queue' and (v_value #>> '{}') !~ '^[A-Za-z0-9._/:-]{1,128}$' then '1 to 128 letters, digits and . _ - / :'
      when v_key in ('queue', 'uniqueKey', 'idempotencyKey', 'concurrencyKey')
       and (jsonb_typeof(v_value) <> 'string' or length(v_value #>> '{}') not between 1 and 512) then 'text of 1 to 512 characters'
      when v_key in ('priority', 'maxAttempts', 'concurrencyLimit')
       and (jsonb_typeof(v_value) <> 'number' or v_value::text !~ '^-?[0-9]{1,10}$') then 'a whole number'
      when v_key = 'priority' and abs(v_value::text::bigint) > 1000000000 then 'a whole number from -1000000000 to 1000000000'
      when v_key = 'maxAttempts' and v_value::text::bigint not between 1 and 1000 then '1 to 1000'
      when v_key = 'concurrencyLimit' and v_value::text::bigint not between 1 and 1000000 then '1 or more, up to 1000000'
      when v_key = 'runAt' and not is_instant(v_value) then 'an ISO 8601 instant such as 2030-01-31T12:00:00Z'
      when v_key = 'runAt' and p_options->'delay' <> 'null' then 'runAt or delay, not both'
      when v_key = 'tags' and (jsonb_typeof(v_value) <> 'array'
        or jsonb_path_exists(v_value, 'strict $[*] ? (@.type() != "string")')) then 'a list of texts'
      when v_key = 'timeout' and duration_ms(v_value, v_key) not between 1 and 2147483647 then 'a duration longer than 0, up to 24 days'
      when v_key = 'metadata' and jsonb_typeof(v_value) <> 'object' then 'a JSON object'
    end;
    if v_expected is not null then
      perform refuse(format('options.%s is %s: give %s', v_key, v_value, v_expected));
    end if;
  end loop;
end
$$;

create function is_instant(p_value jsonb) returns boolean
language plpgsql stable set search_path from current
as $$
begin
  return jsonb_typeof(p_value) = 'string' and (p_value #>> '{}') ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$' and (p_value #>> '{}')::timestamptz is not null;
exception when others then
  return false;
end
$$;

-- Milliseconds of a duration: seconds as a number, or text such as '500ms', '30s', '5m', '1h30m', '2d'.
create function duration_ms(p_duration jsonb, p_option text) returns bigint
language plpgsql stable set search_path from current
as $$
declare
  c_longest constant numeric := 36525 * 86400000.0; -- a hundred years
  v_text text := p_duration #>> '{}';
  v_ms numeric;
begin
  if v_text is null then
    return null;
  elsif jsonb_typeof(p_duration) = 'number' then
    v_ms := v_text::numeric * 1000;
  elsif jsonb_typeof(p_duration) = 'string' and v_text ~ '^(\d{1,15}(\.\d{1,15})?(ms|s|m|h|d))+$' then
    v_ms := (select sum(part[1]::numeric * case part[3] when 'ms' then 1 when 's' then 1000 when 'm' then 60000 when 'h' then 3600000 else 86400000 end)
             from regexp_matches(v_text, '(\d+(\.\d+)?)(ms|s|m|h|d)', 'g') part);
  end if;
  if v_ms between 0 and c_longest then
    return round(v_ms);
  end if;
  perform refuse(format('options.%s is %s: give seconds as a number of 0 or more, or text such as "500ms", "30s", "5m", "1h30m", up to 100 years', p_option, p_duration));
end
$$;
