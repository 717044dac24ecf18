-- Makes scheduled jobs ready that have come due, in sets: the most urgent ones first where more are due than one set takes.
-- Returns whether there may be more.
--   p_since  what was due by then was looked for before; null: nothing was
create or replace function promote_due(p_since timestamptz default null) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 500;
  v_since timestamptz := coalesce(p_since, '-infinity');
  v_count integer := (select count(*) from (
    select from jobs s where s.state = 'scheduled' and s.run_at > v_since and s.run_at <= now() order by s.run_at limit c_set) due);
  v_due bigint[];
  v_paused text[];
begin
  if v_count = 0 then
    return false;
  elsif v_count < c_set then
    v_due := array(select s.id from jobs s where s.state = 'scheduled' and s.run_at > v_since and s.run_at <= now()
                   order by s.run_at, s.id limit c_set for update skip locked);
  else
    v_due := most_urgent_due(v_since, c_set);
  end if;
  v_paused := paused('queue');
  update jobs j set state = case when j.queue = any (v_paused) then 'paused' when lacks_key(j) then 'unkeyed'
                                 when j.suspect_group is null then 'ready' else 'suspect' end
  where j.id = any (v_due);
  return v_count = c_set;
end
$$;
