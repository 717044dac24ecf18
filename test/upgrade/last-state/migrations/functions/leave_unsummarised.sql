-- Leaves the first range of a new table out of its BRIN indexes. It is summarised while it is empty, so each row that comes to
-- it would write its filter anew, of 4 KB. Later it is summarised like the others once it is full.
create or replace function leave_unsummarised(p_table regclass) returns void
language sql volatile set search_path from current
as $$
  select brin_desummarize_range(i.indexrelid, 0)
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
  where i.indrelid = p_table and a.amname = 'brin'
$$;
