-- Deletes a set of the batches that finished before p_before. Returns whether there may be more.
create or replace function forget_batches(p_before timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
begin
  delete from batch_counts c where not exists (select from batches b where b.id = c.batch_id);
  delete from workflows w where w.batch_id = any (array(
    select o.batch_id from workflows o where not exists (select from batches b where b.id = o.batch_id) limit c_set));
  return delete_older('batches', 'finished_at', p_before);
end
$$;
