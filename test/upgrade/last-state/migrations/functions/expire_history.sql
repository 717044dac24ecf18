-- Drops the oldest partition whose day is before p_oldest, or deletes rows as old, in sets, from the default partition. Returns
-- whether there may be more.
create or replace function expire_history(p_parent text, p_key text, p_oldest date) returns boolean
language plpgsql volatile set search_path from current set timezone = 'UTC' set datestyle = 'ISO'
as $$
declare
  c_set constant integer := 5000;
  v_expired date := (select min(d.day) from days_before(p_parent, p_oldest) d (day));
  v_deleted integer;
begin
  if v_expired is not null then
    execute format('drop table %I', p_parent || to_char(v_expired, '_YYYYMMDD'));
    return true;
  end if;
  execute format('delete from %I where ctid = any (array(select ctid from %1$I where %I < %L limit %L))',
                 p_parent || '_default', p_key, p_oldest::timestamptz, c_set);
  get diagnostics v_deleted = row_count;
  return v_deleted = c_set;
end
$$;
