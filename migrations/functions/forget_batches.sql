-- Deletes a set of the batches that finished before p_before. Returns whether there may be more.
create or replace function forget_batches(p_before timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  delete from batch_counts c where not exists (select from batches b where b.id = c.batch_id);
  return delete_older('batches', 'finished_at', p_before);
end
$$;
