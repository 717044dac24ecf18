-- Drops the payloads of a day: its partition, or a set of its rows in the default partition. Their objects in the app's store become
-- superfluous, except for those of jobs whose payload was carried to another day.
create or replace function drop_payloads(p_day date) returns void
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 500;
  v_partition text := 'payloads' || to_char(p_day, '_YYYYMMDD');
begin
  insert into superfluous_objects (store_key)
  select p.store_key from payloads p
  where p.day = p_day and p.store_key is not null and not exists (
    select from payloads other where other.store_key = p.store_key and other.day > p_day)
  on conflict do nothing;
  if to_regclass(v_partition) is not null then
    execute format('drop table %I', v_partition);
  else
    delete from payloads_default p where p.ctid = any (array(select d.ctid from payloads_default d where d.day = p_day limit c_set));
  end if;
end
$$;
