-- Whether a key of a job is to be computed: it has a limit, or a rate, without its key. Inlined.
create or replace function lacks_key(j jobs) returns boolean
language sql immutable
return (j).concurrency_key is null and (j).concurrency_limit is not null or (j).rate_key is null and ((j).rate).starts is not null
  or array_position((j).further_keys, null) is not null;
