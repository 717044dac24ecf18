-- All batches that are adrift, see adrift_among. At no moment there are any.
create or replace function batches_adrift() returns table (batch_id bigint, lost integer)
language sql stable set search_path from current
as $$
  select * from adrift_among(array(select b.id from batches b where b.state = 'open'))
$$;
