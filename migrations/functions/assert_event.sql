-- Refuses what can't be emitted.
create or replace function assert_event(p_event text, p_payload jsonb) returns void
language plpgsql immutable set search_path from current
as $$
begin
  if p_event is null or p_event !~ '^[A-Za-z0-9._/:-]{1,128}$' then
    perform refuse(format('Event name %L: use 1 to 128 letters, digits and . _ - / :', left(p_event, 100)));
  elsif p_payload is null or p_payload = 'null' then
    perform refuse('payload is null: give an object or another JSON value');
  end if;
  perform assert_json(p_payload, 'payload', 262144);
end
$$;
