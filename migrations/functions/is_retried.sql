-- Whether the callbacks of a batch that could not be stored are to be tried again. A time that is further away than that takes was set before
-- the clock was set back.
create or replace function is_retried(b batches) returns boolean
language sql stable
return b.retry_at is not null and (b.retry_at <= now() or b.retry_at > now() + interval '10 seconds');
