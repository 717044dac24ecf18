-- How many executions there were in each step of a range of time, for each queue or job name: two numbers, so that thousands of names are
-- added up in a moment. Beyond two million rows of measures the question is refused.
--   p_since   the begin of the range, a whole step
--   p_until   its end, a whole step
--   p_span_s  which measures are read: 60 for minutes, 600, 3600 or 86400
--   p_step_s  how long a step is in seconds, a multiple of the span
--   p_by      name or queue
--   returns   a list of objects, ordered by name: `of`, the places of the steps that have executions, in any order, and for each of them
--             `executions`, and `failures` among them
create or replace function read_series(p_since timestamptz, p_until timestamptz, p_span_s integer, p_step_s integer, p_by text) returns json
language plpgsql stable set search_path from current set jit = off
as $$
declare
  c_most constant integer := 2000000;
  c_second constant interval := interval '1 second';
  v_since constant timestamptz := greatest(p_since, (select min(m.starts_at) from measures m where m.span_s = p_span_s));
begin
  if p_by = 'name' and exists (select from measures m where m.span_s = p_span_s and m.starts_at >= p_since and m.starts_at < p_until
                               offset c_most limit 1) then
    raise query_canceled using message = format('more than %s rows of measures are in the range: shorten it', c_most);
  end if;
  return coalesce((
    with measured (of, starts_at, others, failures) as (
      select m.name, m.starts_at, m.succeeded + m.canceled + m.snoozed, m.retried + m.discarded + m.interrupted
      from measures m
      where p_by = 'name' and m.name <> '' and m.span_s = p_span_s and m.starts_at >= p_since and m.starts_at < p_until
      union all
      select m.queue, m.starts_at, m.succeeded + m.canceled + m.snoozed, m.retried + m.discarded + m.interrupted
      from generate_series(v_since, p_until - c_second, p_span_s * c_second) s (at)
      join measures m on m.span_s = p_span_s and m.starts_at = s.at and m.name = '' and m.queue > ''
      where p_by = 'queue'
      union all
      select case p_by when 'name' then n.name else n.queue end, n.starts_at, n.succeeded + n.canceled + n.snoozed,
             n.retried + n.discarded + n.interrupted
      from noted_measures n
      where n.starts_at >= p_since and n.starts_at < p_until
    ), steps as (
      select m.of, date_bin(p_step_s * c_second, m.starts_at, p_since) as at, sum(m.others + m.failures) as executions, sum(m.failures) as failures
      from measured m group by 1, 2
    ), series as (
      select s.of, array_agg((extract(epoch from s.at - p_since) / p_step_s)::integer) as steps, array_agg(s.executions) as executions,
             array_agg(s.failures) as failures
      from steps s where s.executions > 0 group by s.of
    )
    select json_agg(s order by s.of collate "C") from series s), '[]');
end
$$;
