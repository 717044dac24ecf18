-- Claims suspects, for a drainer that has nothing else in flight: a poison job can then hurt only its group.
--   p_drainer    the drainer
--   p_backend    the backend that its session began on
--   p_limit      how many jobs at most
--   p_names      the job names that it performs
--   p_settled    jobs of earlier claims whose outcome is committed: unlocked first
--   p_spent      claims of which every job is settled
--   p_max_bytes  how much it may return of them, as in claim
--   p_trusted    jobs that may run together although their groups are smaller, because this drainer has survived others
--   p_pool       the queues whose jobs it performs; null: all
--   returns      as claim: claim_id, claimed_at_ms, jobs, dead, canceled; then aside_id, payload, payload_key
create or replace function claim_suspects(p_drainer integer, p_backend integer, p_limit integer, p_names text[],
                               p_settled bigint[], p_spent bigint[], p_max_bytes bigint default 4194304, p_trusted integer default 1, p_pool pool default null)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, dead boolean, canceled json,
               aside_id bigint, payload jsonb, payload_key text)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_locked bigint[];
  v_features integer;
  v_ids bigint[];
  v_fences integer[];
begin
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  delete from claims c where c.id = any (p_spent);
  if may_take_suspects(p_drainer) then
    select l.locked, l.features into v_locked, v_features from lock_suspects(p_drainer, p_limit, unpaused(p_names), p_trusted, p_pool) l;
  end if;
  if v_locked is not null then
    v_locked := trim_to_bytes(v_locked, p_max_bytes);
  end if;
  claimed_at_ms := extract(epoch from clock_timestamp()) * 1000;
  select t.jobs, t.dead, t.canceled, t.ids, t.fences into jobs, dead, canceled, v_ids, v_fences
  from second_look(p_drainer, v_locked, v_features, 'suspect', p_max_bytes, p_pool) t;
  if v_ids is not null then
    insert into claims (id, drainer_id, is_apart, job_ids, fences) values (nextval('claim_ids'), p_drainer, true, v_ids, v_fences)
    returning id into claim_id;
  end if;
  return next;
  if v_features & 4 <> 0 and p_max_bytes > 0 then
    jobs := null;
    for aside_id, payload, payload_key in select p.* from payloads_of(v_ids) p loop
      return next;
    end loop;
  end if;
end
$$;
