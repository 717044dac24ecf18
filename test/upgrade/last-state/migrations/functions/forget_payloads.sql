-- Deletes what jobs, whose rows the caller has locked, have in `payloads`. Of those in the app's store the object becomes superfluous.
create or replace function forget_payloads(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for these days, and not for all of them
as $$
declare
  v_days date[] := array(select distinct j.payload_day from jobs j where j.id = any (p_ids) and j.payload_day is not null);
begin
  if v_days = '{}' then
    return;
  end if;
  with gone as (
    delete from payloads p using jobs j where j.id = any (p_ids) and p.day = any (v_days) and p.day = j.payload_day and p.job_id = j.id returning p.store_key
  )
  insert into superfluous_objects (store_key) select g.store_key from gone g where g.store_key is not null on conflict do nothing;
end
$$;
