-- A BRIN index summarises the first range of an empty table, so each row that comes to it would write the filter anew, of
-- 4 KB. It is summarised like the others once it is full.
create or replace function leave_unsummarised(p_table regclass) returns void
language sql volatile set search_path from current
as $$
  select brin_desummarize_range(i.indexrelid, 0)
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
  where i.indrelid = p_table and a.amname = 'brin'
$$;
