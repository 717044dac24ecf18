-- The candidates of a claim of jobs that take turns (see lock_ready): up to p_limit jobs of the most urgent priority, in rounds. In
-- each round a key has as many jobs as its weight says, the oldest ones first. The first key is the one behind the last of the newest
-- claim, so if there are more keys than places, the claims of all drainers together go around.
-- Jobs that drainers have in flight are left out here, because with few keys all drainers would try the locks of the same jobs.
--   p_scope           hash of the names and the pool
--   p_most_looked_at  how many jobs of a priority it looks at; more than twice p_limit: of more keys than that, too
--   p_from_start      whether it looks at the jobs that earlier claims have passed
--   locked, features, bytes  as lock_ready
--   marks             how far it has come with the keys, if they are few; with those that have nothing for this drainer; and at the
--                     end, with the one whose turn was last
--   more              there may be more of them: jobs or keys that it hasn't looked at. What others have locked is left to them
create or replace function lock_fair(
  p_drainer integer, p_scope integer, p_limit integer, p_names text[], p_fits_ms bigint, p_most_looked_at integer, p_from_start boolean, p_pool pool,
  out locked bigint[], out features integer, out bytes bigint, out marks fair_mark[], out more boolean)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  c_few_keys constant integer := 100;
  v_queues text[] := queues_of(p_pool, paused('queue'));
  v_excepts boolean := p_pool.excepts is not false;
  v_marks fair_mark[] := case when not p_from_start then array(select m from fair_marks(p_scope, p_fits_ms) m) end;
  v_newest fair_mark[] := (select c.marks from claims c where c.scope = p_scope and c.marks <> '{}' order by c.id desc limit 1);
  v_last fair_mark := v_newest[cardinality(v_newest)];
  v_priority integer := fair_priority_from(-2147483648);
  v_most integer := greatest(p_limit, p_most_looked_at / 2); -- keys, and jobs of each
  v_keys text[];
  v_each integer;
  v_left integer;
  v_part record;
begin
  locked := '{}';
  marks := '{}';
  more := false;
  while v_priority is not null and cardinality(locked) < p_limit loop
    v_keys := fair_keys(v_priority, case when v_last.priority = v_priority then v_last.fair_key else '' end, v_most);
    v_each := least(v_most, ceil(p_most_looked_at / greatest(1.0, cardinality(v_keys))));
    v_left := p_limit - cardinality(locked);
    with keys as materialized (
      select k.key, k.place, m.run_at, m.id from unnest(v_keys) with ordinality k (key, place)
      left join unnest(v_marks) m on m.priority = v_priority and m.fair_key = k.key
    ), looked_at as materialized (
      select k.key, k.place, j.* from keys k, lateral (
        select j.id, j.run_at, j.features, j.large_bytes, j.name, j.queue, j.timeout_ms, j.fence, j.expires_at, j.fair_weight from jobs j
        where j.state = 'ready' and j.fair_key is not null and j.priority = v_priority and j.fair_key = k.key
          and (j.run_at, j.id) > (coalesce(k.run_at, '-infinity'), coalesce(k.id, 0))
          and (j.id, j.fence) not in (
            select held.* from claims c, unnest(c.job_ids, c.fences) held where c.marks is not null or c.drainer_id = p_drainer)
        order by j.run_at, j.id limit v_each) j
    ), candidates as materialized (
      select l.*, (row_number() over (partition by l.place order by l.run_at, l.id) - 1) / coalesce(l.fair_weight, 1) as round
      from looked_at l
      where l.name = any (p_names) and (l.queue = any (v_queues)) <> v_excepts and (l.timeout_ms is null or l.timeout_ms <= coalesce(p_fits_ms, l.timeout_ms))
        and (l.expires_at is null or l.expires_at > now() or l.fence > 0)
      order by round, l.place, l.run_at, l.id
    ), locked_now as materialized (
      select c.*, row_number() over () as turn from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit v_left
    ), passed as (
      select distinct on (p.place) p.place, p.turn, (v_priority, p.key, p.run_at, p.id)::fair_mark as mark
      from (
        select l.place, l.turn, l.key, l.run_at, l.id from locked_now l
        union all
        select l.place, 0, l.key, l.run_at, l.id from looked_at l where l.place not in (select c.place from candidates c)) p
      order by p.place, p.run_at desc, p.id desc
    )
    select (select array_agg(l.id order by l.turn) from locked_now l) as ids, (select bit_or(l.features) from locked_now l) as features,
           (select sum(l.large_bytes) from locked_now l) as bytes,
           array(select p.mark from passed p
                 where p.turn = 0 or cardinality(v_keys) <= c_few_keys or p.turn = (select max(l.turn) from locked_now l) order by p.turn) as marks,
           case when (select count(*) from locked_now) = v_left then (select count(*) from candidates) > v_left
                else v_most = p_limit and cardinality(v_keys) = p_limit end
             or exists (select from looked_at l group by l.place having count(*) = v_each) as more
    into v_part;
    locked := locked || v_part.ids;
    features := coalesce(features | v_part.features, features, v_part.features);
    bytes := coalesce(bytes, 0) + coalesce(v_part.bytes, 0);
    marks := marks || v_part.marks;
    more := more or v_part.more;
    v_priority := fair_priority_from(v_priority + 1);
  end loop;
end
$$;
