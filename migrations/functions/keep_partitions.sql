-- Each half stops at the first lock it does not get, and keeps what it has done: the next drain tries again, and till
-- then the default partition takes what belongs to a day that is not prepared.
create or replace function keep_partitions(p_parent text, p_key text, p_today date, p_oldest date) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_day date;
  v_expired text;
begin
  for v_day in
    select p_today + ahead from generate_series(0, 3) ahead
    where to_regclass(p_parent || to_char(p_today + ahead, '_YYYYMMDD')) is null
  loop
    exit when not prepare_partition(p_parent, p_key, v_day);
  end loop;

  for v_expired in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = p_parent::regclass and c.relname ~ '_\d{8}$' and to_date(right(c.relname, 8), 'YYYYMMDD') < p_oldest
    order by c.relname
  loop
    exit when not drop_partition(v_expired);
  end loop;
end
$$;
