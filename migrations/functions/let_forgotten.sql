-- Makes jobs ready that have their turn and wait although the one before them is gone: it was deleted by hand, or it ended while a claim put
-- the next one behind it. Goes through up to 200 keys with such jobs, behind p_after. Returns the last, where the next call continues.
create or replace function let_forgotten(p_after text) returns text
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  c_keys constant integer := 200;
  v_keys text[];
begin
  if not exists (select from jobs j where j.state = 'behind') then
    return '';
  end if;
  with recursive line as (
    (select j.concurrency_key as key, 1 as place from jobs j
     where j.state = 'behind' and j.concurrency_key > p_after order by j.concurrency_key limit 1)
    union all
    select next.concurrency_key, l.place + 1 from line l, lateral (
      select j.concurrency_key from jobs j
      where j.state = 'behind' and j.concurrency_key > l.key order by j.concurrency_key limit 1) next
    where l.place < c_keys
  )
  select array_agg(l.key) into v_keys from line l;
  perform let_next(v_keys);
  return coalesce(v_keys[c_keys], '');
end
$$;
