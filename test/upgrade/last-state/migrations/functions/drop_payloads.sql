-- Drops the payloads of a day: its partition, or a set of its rows in the default partition.
create or replace function drop_payloads(p_day date) returns void
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 500;
  v_partition text := 'payloads' || to_char(p_day, '_YYYYMMDD');
begin
  if to_regclass(v_partition) is not null then
    execute format('drop table %I', v_partition);
  else
    delete from payloads_default p where p.ctid = any (array(select d.ctid from payloads_default d where d.day = p_day limit c_set));
  end if;
end
$$;
