-- Makes held jobs ready again once a drainer knows their name (see hold_unknown). Returns whether there may be more.
create or replace function release_known(p_names text[]) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 500;
  v_names text[];
  v_brought integer;
begin
  if not exists (select from jobs j where j.state = 'unknown') then
    return false;
  end if;
  v_names := array(select known.name from unnest(p_names) known (name),
                   lateral (select from jobs j where j.state = 'unknown' and j.name = known.name limit 1) waiting);
  if v_names = '{}' then
    return false;
  end if;
  update jobs j set state = 'ready'
  where j.id = any (array(
    select u.id from unnest(v_names) known (name), lateral (
      select b.id from jobs b where b.state = 'unknown' and b.name = known.name limit c_set for no key update skip locked) u
    limit c_set));
  get diagnostics v_brought = row_count;
  perform note_names(v_names);
  perform note_late_arrivals();
  return v_brought = c_set;
end
$$;
