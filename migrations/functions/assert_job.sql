create or replace function assert_job(p_name text, p_payload jsonb, p_options jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['queue', 'priority', 'runAt', 'delay', 'maxAttempts', 'timeout', 'uniqueKey',
    'idempotencyKey', 'concurrencyKey', 'concurrencyLimit', 'tags', 'metadata'];
  v_key text;
  v_value jsonb;
  v_expected text;
begin
  if p_name is null or p_name !~ '^[A-Za-z0-9._/:-]{1,128}$' then
    perform refuse(format('Job name %L: use 1 to 128 letters, digits and . _ - / :', p_name));
  elsif p_payload = 'null' then
    perform refuse('payload is null: give an object or another JSON value');
  elsif jsonb_typeof(p_options) <> 'object' then
    perform refuse(format('options is %s: give a JSON object', p_options));
  elsif octet_length(p_payload::text) > 262144 then
    perform refuse(format('The payload of %L has %s bytes as JSON, over the limit of 262144: store the data elsewhere and pass a reference',
      p_name, octet_length(p_payload::text)));
  end if;

  for v_key, v_value in select * from jsonb_each(p_options) loop
    v_expected := case
      when not v_key = any (c_known) then 'one of ' || array_to_string(c_known, ', ')
      when v_value = 'null' then null
      when v_key = 'queue' and (v_value #>> '{}') !~ '^[A-Za-z0-9._/:-]{1,128}$' then '1 to 128 letters, digits and . _ - / :'
      when v_key in ('queue', 'uniqueKey', 'idempotencyKey', 'concurrencyKey')
       and (jsonb_typeof(v_value) <> 'string' or length(v_value #>> '{}') not between 1 and 512) then 'text of 1 to 512 characters'
      when v_key in ('priority', 'maxAttempts', 'concurrencyLimit')
       and (jsonb_typeof(v_value) <> 'number' or v_value::text !~ '^-?[0-9]{1,10}$') then 'a whole number'
      when v_key = 'priority' and abs(v_value::text::bigint) > 1000000000 then 'a whole number from -1000000000 to 1000000000'
      when v_key = 'maxAttempts' and v_value::text::bigint not between 1 and 1000 then '1 to 1000'
      when v_key = 'concurrencyLimit' and v_value::text::bigint not between 1 and 1000000 then '1 or more, up to 1000000'
      when v_key = 'runAt' and not is_instant(v_value) then 'an ISO 8601 instant such as 2030-01-31T12:00:00Z'
      when v_key = 'runAt' and p_options->'delay' <> 'null' then 'runAt or delay, not both'
      when v_key = 'tags' and (jsonb_typeof(v_value) <> 'array'
        or jsonb_path_exists(v_value, 'strict $[*] ? (@.type() != "string")')) then 'a list of texts'
      when v_key = 'timeout' and duration_ms(v_value, v_key) not between 1 and 2147483647 then 'a duration longer than 0, up to 24 days'
      when v_key = 'metadata' and jsonb_typeof(v_value) <> 'object' then 'a JSON object'
    end;
    if v_expected is not null then
      perform refuse(format('options.%s is %s: give %s', v_key, v_value, v_expected));
    end if;
  end loop;
end
$$;
