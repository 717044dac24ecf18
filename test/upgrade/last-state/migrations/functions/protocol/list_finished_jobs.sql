-- A page of the finished jobs that a filter means, about the newest first: of the next 100 pages of the history downwards, so that no
-- call reads more. Jobs are added to the history at its end, and found by their place, because it has no index but that on the id.
--   p_filter  as in find_jobs, without state
--   p_states  the states that are meant
--   p_before  jobs that finished then or later are left
--   p_day     the partition to look at, as YYYYMMDD or default; null: the newest
--   p_page    with p_item, the place in it below which to look; null: from its end
--   p_item    see p_page
--   p_limit   how many jobs at most
--   jobs      the jobs, without payloads; fewer if they are large, but at least one if there is one
--   day       the partition to look at next; null: that was all
--   page      with item, the place in it; null: from its end
--   item      see page
create or replace function list_finished_jobs(p_filter jsonb, p_states text[], p_before timestamptz, p_day text, p_page bigint, p_item integer,
                                              p_limit integer, out jobs json, out day text, out page bigint, out item integer)
language plpgsql stable set search_path from current set jit = off
as $$
declare
  c_pages constant integer := case when p_filter ?| array['errorClass', 'input'] then 20 else 100 end; -- what costs more
  c_prefix constant text := 'finished_';
  v_part regclass;
  v_end bigint;
  v_from bigint;
  v_places tid[];
  v_found listed_job[];
  v_told integer;
begin
  -- finished_default is the first: it has what maintenance was late for
  select c.oid, substr(c.relname, length(c_prefix) + 1) into v_part, day
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'finished'::regclass and (p_day is null or c.relname collate "C" <= c_prefix || p_day)
    and (p_filter->>'until' is null or c.relname = 'finished_default'
         or c.relname collate "C" <= c_prefix || to_char((p_filter->>'until')::timestamptz at time zone 'UTC', 'YYYYMMDD'))
  order by c.relname collate "C" desc limit 1;
  if day is distinct from p_day then
    p_page := null; -- that partition is gone
  end if;
  jobs := '[]';
  if v_part is null then
    return;
  end if;
  v_end := coalesce(p_page, pg_relation_size(v_part) / current_setting('block_size')::bigint);
  v_from := greatest(0, v_end - c_pages);
  execute format(
    'select array_agg(f.place), array_agg(row(f.id, f.job)::listed_job) from (
       select f.id, f.ctid as place, listed_finished(f::finished) as job
       from %s f
       where f.ctid >= $1 and f.ctid < $2 and f.finished_at < $3 and f.state = any ($4)
         and is_matching($5, f.name, f.queue, f.tags, f.metadata, f.unique_key, f.concurrency_key, f.further_keys, f.enqueued_at, f.batch_id,
                         f.finished_at, f.id, f.payload, f.payload_day, f.state <> ''succeeded'' or f.attempts > 1)
       order by f.ctid desc limit $6) f', v_part)
  into v_places, v_found
  using format('(%s,0)', v_from)::tid, format('(%s,%s)', v_end, coalesce(p_item, 0))::tid, p_before, p_states, p_filter, p_limit;

  jobs := (select t.jobs from told_within(v_found) t);
  v_told := json_array_length(jobs);
  if v_told > 0 and (v_told = p_limit or v_told < cardinality(v_found)) then
    select p[1], p[2] into page, item from string_to_array(trim('()' from v_places[v_told]::text), ',') p;
  elsif v_from > 0 then
    page := v_from;
    item := 0;
  else
    day := (select substr(c.relname, length(c_prefix) + 1) from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'finished'::regclass and c.relname collate "C" < c_prefix || day
              and (p_filter->>'since' is null
                   or c.relname collate "C" >= c_prefix || to_char((p_filter->>'since')::timestamptz at time zone 'UTC', 'YYYYMMDD'))
            order by c.relname collate "C" desc limit 1);
  end if;
end
$$;
