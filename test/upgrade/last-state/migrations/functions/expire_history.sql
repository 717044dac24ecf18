-- Drops the oldest partition whose day is before p_oldest, or deletes rows as old, in sets, from the default partition. Returns
-- whether there may be more.
create or replace function expire_history(p_parent text, p_key text, p_oldest date) returns boolean
language plpgsql volatile set search_path from current set timezone = 'UTC' set datestyle = 'ISO'
as $$
declare
  c_set constant integer := 5000;
  v_expired text := (
    select min(c.relname) from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = p_parent::regclass and c.relname ~ '_[0-9]{8}$' and to_date(right(c.relname, 8), 'YYYYMMDD') < p_oldest);
  v_deleted integer;
begin
  if v_expired is not null then
    execute format('drop table %I', v_expired);
    return true;
  end if;
  execute format('delete from %I where ctid = any (array(select ctid from %1$I where %I < %L limit %L))',
                 p_parent || '_default', p_key, p_oldest::timestamptz, c_set);
  get diagnostics v_deleted = row_count;
  return v_deleted = c_set;
end
$$;
