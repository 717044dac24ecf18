-- Emits an event, from SQL in any language, inside the caller's transaction:
--   select * from sluice.emit('order.paid', '{"orderId": 7}');
--   event    its name: 1 to 128 letters, digits and . _ - / :
--   payload  of the event, and of each job; its schema is checked by the jobs
--   options  idempotencyKey: another emit of the event with this key, within 24 hours, does nothing
--   jobs     the ids of the jobs that are enqueued
--   resumed  how many waiting jobs go on
create or replace function emit(event text, payload jsonb default '{}', options jsonb default '{}', out jobs bigint[], out resumed integer)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_options jsonb := coalesce(emit.options, '{}');
  v_key text;
begin
  if jsonb_typeof(v_options) <> 'object' then
    perform refuse(format('options is %s: give a JSON object', left(v_options::text, 100)));
  elsif v_options - 'idempotencyKey' <> '{}' then
    perform refuse(format('options.%s is unknown: give idempotencyKey', left((select o from jsonb_object_keys(v_options - 'idempotencyKey') o limit 1), 100)));
  end if;
  v_key := v_options->>'idempotencyKey';
  if v_options ? 'idempotencyKey' and (jsonb_typeof(v_options->'idempotencyKey') <> 'string' or length(v_key) not between 1 and 512) then
    perform refuse(format('options.idempotencyKey is %s: give text of 1 to 512 characters', left((v_options->'idempotencyKey')::text, 100)));
  end if;
  select e.job_ids, cardinality(e.resumed_ids) into emit.jobs, emit.resumed
  from emit_event(schema_version(), emit.event, coalesce(emit.payload, '{}'), v_key) e;
end
$$;
