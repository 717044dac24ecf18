-- What executions came to in a range of time: summed up by steps of it, by job name or queue. What is told of all together or of queues is
-- read from one row for each span, or for each queue in it. What is told of names grows with them, so a question that takes more than two
-- million rows is refused.
--   p_since       the begin of the range, a whole span
--   p_until       its end, a whole span
--   p_span_s      which measures are read: 60 for minutes, 600, 3600 or 86400
--   p_wide_s      which are read of names where the range has whole ones of them, as they are fewer; null: none
--   p_step_s      how long a step is in seconds, a multiple of the spans; null: the whole range
--   p_by          name or queue; null: not told apart
--   p_name        only jobs of this name; null: of all
--   p_queue       only jobs of this queue; null: of all
--   returns       a list of objects, ordered by what is told apart and time: `at` in seconds since 1970, `of`, and the sums; without
--                 histograms where that means to add those of more than 50,000 rows
create or replace function read_measures(p_since timestamptz, p_until timestamptz, p_span_s integer, p_wide_s integer, p_step_s integer,
                                         p_by text, p_name text, p_queue text) returns json
language plpgsql stable set search_path from current set jit = off
as $$
declare
  c_detailed constant integer := 50000;
  c_most constant integer := 2000000;
  c_second constant interval := interval '1 second';
  v_is_of_names constant boolean := p_by is not distinct from 'name' or p_name is not null;
  v_is_of_queues constant boolean := not v_is_of_names and p_by is not distinct from 'queue' and p_queue is null;
  v_since constant timestamptz := greatest(p_since, (select min(m.starts_at) from measures m where m.span_s = p_span_s));
  v_wide_until constant timestamptz := coalesce(date_bin(p_wide_s * c_second, p_until, 'epoch'), p_until);
  v_wide_since constant timestamptz := coalesce(least(date_bin(p_wide_s * c_second, p_since + p_wide_s * c_second - c_second, 'epoch'), v_wide_until), p_until);
  v_spans constant integer[] := array[p_span_s, p_wide_s, p_span_s];
  v_begins constant timestamptz[] := array[p_since, v_wide_since, v_wide_until];
  v_ends constant timestamptz[] := array[v_wide_since, v_wide_until, p_until];
  v_rows integer := 0;
  v_details boolean;
begin
  if v_is_of_names or v_is_of_queues then
    v_rows := (select count(*) from (
      select from unnest(v_spans, v_begins, v_ends) s (span_s, begins_at, ends_at), lateral (
        select m.* from measures m where m.span_s = s.span_s and m.starts_at >= s.begins_at and m.starts_at < s.ends_at offset 0) m
      where v_is_of_names and m.name <> '' and (p_name is null or m.name = p_name) and (p_queue is null or m.queue = p_queue)
      union all
      select from generate_series(v_since, p_until - c_second, p_span_s * c_second) s (at)
      join measures m on m.span_s = p_span_s and m.starts_at = s.at and m.name = '' and m.queue > ''
      where v_is_of_queues
      limit c_most + 1) r);
    if v_rows > c_most then
      raise query_canceled using message = format('more than %s rows of measures are in the range: shorten it, or name a job or a queue', c_most);
    end if;
  end if;
  v_details := v_rows <= c_detailed;
  return coalesce((
    with measured as materialized (
      select m.starts_at, m.name, m.queue, m.succeeded, m.retried, m.discarded, m.canceled, m.snoozed, m.interrupted, m.busy_ms, m.billed_mb_ms,
             case when v_details then m.runs end as runs, case when v_details then m.waits end as waits
      from unnest(v_spans, v_begins, v_ends) s (span_s, begins_at, ends_at), lateral (
        select m.* from measures m where m.span_s = s.span_s and m.starts_at >= s.begins_at and m.starts_at < s.ends_at offset 0) m
      where v_is_of_names and m.name <> '' and (p_name is null or m.name = p_name) and (p_queue is null or m.queue = p_queue)
      union all
      select m.starts_at, m.name, m.queue, m.succeeded, m.retried, m.discarded, m.canceled, m.snoozed, m.interrupted, m.busy_ms, m.billed_mb_ms,
             case when v_details then m.runs end, case when v_details then m.waits end
      from generate_series(v_since, p_until - c_second, p_span_s * c_second) s (at)
      join measures m on m.span_s = p_span_s and m.starts_at = s.at and m.name = '' and m.queue = coalesce(p_queue, '')
      where not v_is_of_names and not v_is_of_queues
      union all
      select m.starts_at, m.name, m.queue, m.succeeded, m.retried, m.discarded, m.canceled, m.snoozed, m.interrupted, m.busy_ms, m.billed_mb_ms,
             case when v_details then m.runs end, case when v_details then m.waits end
      from generate_series(v_since, p_until - c_second, p_span_s * c_second) s (at)
      join measures m on m.span_s = p_span_s and m.starts_at = s.at and m.name = '' and m.queue > ''
      where v_is_of_queues
      union all
      select n.starts_at, n.name, n.queue, n.succeeded, n.retried, n.discarded, n.canceled, n.snoozed, n.interrupted, n.busy_ms, n.billed_mb_ms,
             case when v_details then n.runs end, case when v_details then n.waits end
      from noted_measures n
      where n.starts_at >= p_since and n.starts_at < p_until
        and (p_name is null or n.name = p_name) and (p_queue is null or n.queue = p_queue)
    ), sums as (
      select extract(epoch from date_bin(p_step_s * c_second, m.starts_at, 'epoch'))::bigint as at,
             case p_by when 'name' then m.name when 'queue' then m.queue end as of,
             sum(m.succeeded) as succeeded, sum(m.retried) as retried, sum(m.discarded) as discarded, sum(m.canceled) as canceled,
             sum(m.snoozed) as snoozed, sum(m.interrupted) as interrupted, sum(m.busy_ms) as busy_ms, sum(m.billed_mb_ms) as billed_mb_ms,
             case when v_details then add_histograms(array_agg(m.runs)) end as runs,
             case when v_details then add_histograms(array_agg(m.waits)) end as waits,
             extract(epoch from max(m.starts_at))::bigint as last_at,
             case when p_by = 'name' then array_agg(distinct m.queue) end as queues
      from measured m group by 1, 2
    )
    select json_agg(s order by s.of collate "C", s.at) from sums s), '[]');
end
$$;
