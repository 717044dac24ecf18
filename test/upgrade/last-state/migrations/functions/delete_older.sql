-- Deletes a set of the rows whose p_column is before p_before, the oldest first, without those that somebody has locked.
-- Returns whether there may be more.
create or replace function delete_older(p_table text, p_column text, p_before timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_deleted integer;
begin
  execute format('delete from %I where ctid = any (array(
                    select ctid from %1$I where %2$I < $1 order by %2$I limit $2 for update skip locked))', p_table, p_column)
  using p_before, c_set;
  get diagnostics v_deleted = row_count;
  return v_deleted = c_set;
end
$$;
