-- The days before p_before for which a table has a partition.
create or replace function days_before(p_parent text, p_before date) returns setof date
language sql stable set search_path from current
as $$
  select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = p_parent::regclass and c.relname ~ '_[0-9]{8}$' and to_date(right(c.relname, 8), 'YYYYMMDD') < p_before
$$;
