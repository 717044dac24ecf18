-- The token that the end of a batch completes for the job that waits for it. Nobody else can: see complete_wait.
create or replace function token_of_batch(p_batch bigint) returns text
language sql immutable
return 'sluice:batch:' || p_batch;
