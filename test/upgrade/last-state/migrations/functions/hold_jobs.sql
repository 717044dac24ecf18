-- Holds jobs of a paused queue, out of the claim's way. Takes no key's lock and waits for no row: a row that is locked is running,
-- or being moved by another, and a job that stays ready is held when it is claimed. A ready job that is held can no longer
-- unblock those behind its key, so they are unblocked now.
create or replace function hold_jobs(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_ids bigint[] := array(
    select w.id from unnest(p_ids) given (id), lateral (
      select j.id from jobs j where j.id = given.id and j.state in ('ready', 'blocked', 'throttled', 'suspect') limit 1 for no key update skip locked) w);
begin
  update jobs j set state = 'paused' where j.id = any (v_ids);
  perform unblock_jobs(keys_of(v_ids));
end
$$;
