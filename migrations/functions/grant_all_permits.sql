-- Does what grant_permits does, for jobs of which some have several keys: all permits of a job or none. The jobs take places in their
-- order. The first of its keys that is full refuses a job, which then waits for that key and holds nothing. So a job that is
-- refused keeps none of its other keys from the jobs behind it, and those that it was to unblock are unblocked now.
-- Returns the jobs that may run.
create or replace function grant_all_permits(p_drainer integer, p_ids bigint[], p_state text) returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[] := lock_free_keys(keys_of(p_ids));
  v_room integer[] := room_of(v_keys, p_ids);
  v_job record;
  v_place integer;
  v_full integer;
  v_granted bigint[] := '{}';
  v_holders bigint[] := '{}'; -- of the permits of v_held, place by place
  v_held text[] := '{}';
  v_refused bigint[] := '{}';
  v_waits_for text[] := '{}';
  v_left text[]; -- keys of which a job has taken nothing
begin
  perform remember_limits(v_keys);
  for v_job in
    select j.id, array(select k.place from unnest(v_keys) with ordinality k (key, place) where k.key = any (asks.keys)) as places
    from unnest(p_ids) given (id)
    cross join lateral (
      select j.* from jobs j where j.id = given.id and j.state = p_state limit 1) j
    cross join lateral (select array_remove(j.concurrency_key || j.further_keys, null) as keys) asks
    where asks.keys <@ v_keys
    order by j.priority, j.run_at, j.id
  loop
    v_full := null;
    foreach v_place in array v_job.places loop
      if v_room[v_place] <= 0 then
        v_full := v_place;
      end if;
    end loop;
    if v_full is null then
      v_granted := v_granted || v_job.id;
      foreach v_place in array v_job.places loop
        v_room[v_place] := v_room[v_place] - 1;
        v_holders := v_holders || v_job.id;
        v_held := v_held || v_keys[v_place];
      end loop;
    else
      v_refused := v_refused || v_job.id;
      v_waits_for := v_waits_for || v_keys[v_full];
    end if;
  end loop;

  insert into permits (job_id, concurrency_key, drainer_id)
  select h.id, h.key, p_drainer from unnest(v_holders, v_held) h (id, key)
  on conflict (job_id, concurrency_key) do update set drainer_id = excluded.drainer_id; -- of a dead drainer that is not reaped yet

  if v_refused <> '{}' then
    update jobs j set state = 'blocked', waits_for = nullif(r.key, j.concurrency_key)
    from unnest(v_refused, v_waits_for) r (id, key)
    where j.id = r.id and j.id in (
      select free.id from unnest(v_refused) r (id), lateral (select j.id from jobs j where j.id = r.id limit 1 for no key update skip locked) free);
    if cardinality(v_refused) > cardinality(v_granted) then
      perform block_ready(array(select distinct key from unnest(v_waits_for) key));
    end if;
    v_left := keys_of(v_refused);
    perform unblock_jobs(array(select k.key from unnest(v_keys, v_room) k (key, room) where k.room > 0 and k.key = any (v_left)));
  end if;
  return v_granted;
end
$$;
