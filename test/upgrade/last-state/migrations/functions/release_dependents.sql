-- Makes jobs ready that wait for no others any more, whose rows the caller has locked: they are due now, unless they were put off further. Null: none.
create or replace function release_dependents(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_paused text[];
begin
  if p_ids is null then
    return;
  end if;
  v_paused := paused('queue');
  update jobs j set state = case when j.run_at > now() then 'scheduled' when j.queue = any (v_paused) then 'paused' when lacks_key(j) then 'unkeyed' else 'ready' end,
                    run_at = greatest(j.run_at, now())
  where j.id = any (p_ids);
  perform notify_lingering();
end
$$;
