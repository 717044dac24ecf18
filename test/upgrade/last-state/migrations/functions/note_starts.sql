-- Counts the starts of jobs that are admitted. The caller holds the locks of their rates' keys since it counted the room. The claim
-- commits synchronously then: after a crash of the server the starts are still counted. A job has the time to start that its own rate
-- gives it: where that is longer than in the rate that holds, its start counts from later.
create or replace function note_starts(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[];
  v_counts integer[];
  v_grace_ms bigint;
begin
  select array_agg(s.rate_key), array_agg(s.n), max(s.grace_ms - grace_ms(f.rate)) into v_keys, v_counts, v_grace_ms
  from (select found.rate_key, count(*)::integer as n, max(grace_ms(found.rate)) as grace_ms
        from (select j.rate_key, j.rate from jobs j where j.id = any (p_ids) offset 0) found
        where found.rate_key is not null group by found.rate_key) s
  cross join lateral rates_in_force(array[s.rate_key]) f;
  if v_keys is not null then
    perform set_config('synchronous_commit', 'on', true);
    perform count_starts(v_keys, v_counts, clock_timestamp() + greatest(0, v_grace_ms) * interval '1 millisecond');
  end if;
end
$$;
