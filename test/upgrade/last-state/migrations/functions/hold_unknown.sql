-- Holds ready jobs of names that no drainer has known for 15 minutes, out of the claim's way, once they fill the head of its
-- index, where each look would pass them again. A few of them cost nothing, and stay. Returns whether there may be more.
create or replace function hold_unknown(p_names text[]) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_head constant integer := 100;
  c_set constant integer := 5000;
  v_known text[];
  v_unknown bigint[];
begin
  if not exists (select from jobs j where j.state = 'ready') then
    return false;
  end if;
  v_known := p_names || array(select d.name from definitions d where d.seen_at > now() - interval '15 minutes');
  if (select count(*) from (select j.name from jobs j where j.state = 'ready' order by j.priority, j.run_at, j.id limit c_head) head
      where head.name <> all (v_known)) < c_head / 2 then
    return false;
  end if;
  v_unknown := array(
    select u.id from (select j.id, j.name from jobs j where j.state = 'ready' order by j.priority, j.run_at, j.id limit c_set) next,
    lateral (select j.id from jobs j where j.id = next.id and j.state = 'ready' limit 1 for no key update skip locked) u
    where next.name <> all (v_known));
  update jobs j set state = 'unknown' where j.id = any (v_unknown);
  perform unblock_jobs(keys_of(v_unknown));
  return v_unknown <> '{}';
end
$$;
