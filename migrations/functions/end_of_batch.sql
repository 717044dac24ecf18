-- How a batch without pending jobs counts in the batch that it is in.
create or replace function end_of_batch(b batches) returns text
language sql immutable
return case when b.succeeded >= b.total then 'succeeded' when b.discarded > 0 then 'discarded' else 'canceled' end;
