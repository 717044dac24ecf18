-- The features of a new job (see features_of). Inlined: most have none, and call nothing.
create or replace function features_in(n new_job) returns smallint
language sql immutable
begin atomic
  select case when num_nonnulls(n.concurrency_key, n.payload_day, n.rate_key, n.waiting_key, n.is_parent, n.further_keys, n.holds_key) > 0 then
    features_of(n.concurrency_key, false, n.payload_day, n.rate_key, n.waiting_key, null, n.is_parent, n.further_keys, n.holds_key) end;
end;
