-- Gives jobs, whose rows the caller has locked, a payload in place of theirs. What was in `payloads` or in the app's store of objects
-- is deleted, or becomes superfluous. That the payload before didn't fit its schema says nothing of the new one.
--   p_payload  the payload; null: it is in the app's store
--   p_key      the key under which it is there
create or replace function replace_payloads(p_ids bigint[], p_payload jsonb, p_key text) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_day date := case when p_key is not null or pg_column_size(p_payload) > max_row_bytes() then (now() at time zone 'UTC')::date end;
begin
  perform forget_payloads(p_ids);
  if v_day is not null then
    insert into payloads (day, job_id, payload, store_key) select v_day, given.id, p_payload, p_key from unnest(p_ids) given (id);
  end if;
  update jobs j set payload = case when v_day is null then p_payload end, payload_day = v_day,
                    features = nullif(coalesce(j.features, 0) & ~4 | (v_day is not null)::integer * 4, 0),
                    rule_failures = nullif(j.rule_failures - 'onInvalidPayload', '{}')
  where j.id = any (p_ids);
end
$$;
