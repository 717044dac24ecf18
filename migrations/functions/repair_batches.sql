-- Counts the jobs of batches that were deleted by hand as canceled, so that their batches finish: a set of the batches at each call, behind
-- those of the last one. Returns whether there may be more.
create or replace function repair_batches() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_ids bigint[] := array(
    select b.id from batches b
    where b.id > (select s.place from maintenance_steps s where s.step = 'repair batches') order by b.id limit c_set);
  v_more boolean := cardinality(v_ids) = c_set;
begin
  insert into batch_counts (batch_id, canceled) select a.batch_id, a.lost from batches_adrift(v_ids) a;
  update maintenance_steps s set place = case when v_more then v_ids[c_set] else 0 end where s.step = 'repair batches';
  return v_more;
end
$$;
