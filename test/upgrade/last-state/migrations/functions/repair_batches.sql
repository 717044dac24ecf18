-- Counts the jobs of batches that were deleted by hand as canceled, so that their batches finish. Returns whether there may be more.
create or replace function repair_batches() returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  insert into batch_counts (batch_id, canceled) select a.batch_id, a.lost from batches_adrift() a;
  return false;
end
$$;
