-- Counts the starts of jobs that are admitted. The caller holds the locks of their rates' keys since it counted the room. The claim
-- commits synchronously then: after a crash of the server the starts are still counted.
create or replace function note_starts(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[];
  v_counts integer[];
begin
  select array_agg(s.rate_key), array_agg(s.n) into v_keys, v_counts
  from (select found.rate_key, count(*)::integer as n
        from (select j.rate_key from jobs j where j.id = any (p_ids) offset 0) found
        where found.rate_key is not null group by found.rate_key) s;
  if v_keys is not null then
    perform set_config('synchronous_commit', 'on', true);
    perform count_starts(v_keys, v_counts, clock_timestamp());
  end if;
end
$$;
