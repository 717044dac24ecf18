-- Refuses what may not be stored, for jobs that come by SQL. TypeScript checks it too, to say sooner and more precisely what is
-- wrong; test/enqueue/cases.ts is the table that holds both to the same rule. p_at says which job of several it is, and p_given what
-- the options are called.
create or replace function assert_job(p_name text, p_payload jsonb, p_options jsonb, p_at text default '', p_given text default 'options') returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['queue', 'priority', 'runAt', 'delay', 'expiresIn', 'expiresAt', 'maxAttempts', 'timeout',
    'unique', 'uniqueKey', 'idempotencyKey', 'concurrencyKey', 'concurrencyLimit', 'concurrencyOrder', 'concurrencyOnRetry', 'rateKey', 'rate', 'fairKey', 'fairWeight', 'after', 'onParentFailure', 'tags', 'metadata'];
  c_name constant text := '^[A-Za-z0-9._/:-]{1,128}$';
  c_duration constant text := 'a number of seconds, 0 or more, or a string such as "500ms", "30s", "5m", "1h30m", up to 100 years';
  v_key text;
  v_value jsonb;
  v_text text;
  v_expected text;
begin
  if p_name is null or p_name !~ c_name then
    perform refuse_at('{name}', p_at || format('Job name %L: use 1 to 128 letters, digits and . _ - / :', left(p_name, 100)));
  elsif p_payload = 'null' then
    perform refuse_at('{payload}', p_at || 'payload is null: give an object or another JSON value');
  elsif jsonb_typeof(p_options) <> 'object' then
    perform refuse_at(array[p_given], p_at || format('%s is %s: give a JSON object', p_given, left(p_options::text, 100)));
  end if;
  perform assert_json(p_payload, p_at || 'payload', 262144);
  if p_options = '{}' then
    return;
  end if;

  for v_key, v_value, v_text in select o.key, o.value, o.value #>> '{}' from jsonb_each(p_options) o loop
    v_expected := case
      when not v_key = any (c_known) then 'one of ' || array_to_string(c_known, ', ')
      when v_value = 'null' then 'a value, or leave it out (jsonb_strip_nulls does)'
      when v_key = 'queue' and (jsonb_typeof(v_value) <> 'string' or v_text !~ c_name) then '1 to 128 letters, digits and . _ - / :'
      when v_key in ('uniqueKey', 'idempotencyKey', 'concurrencyKey', 'rateKey', 'fairKey')
       and (jsonb_typeof(v_value) <> 'string' or length(v_text) not between 1 and 512) then 'text of 1 to 512 characters'
      when v_key = 'unique' and jsonb_typeof(v_value) <> 'object' then 'an object with any of key, while, for, onConflict and longestWait'
      when v_key = 'unique' and p_options ? 'uniqueKey' then 'unique with a key, or uniqueKey, not both'
      when v_key = 'priority' and not is_whole(v_value, -1000000000, 1000000000) then 'a whole number from -1000000000 to 1000000000'
      when v_key = 'maxAttempts' and not is_whole(v_value, 1, 1000) then 'a whole number from 1 to 1000'
      when v_key = 'concurrencyLimit' and not is_whole(v_value, 1, 1000000) then 'a whole number from 1 to 1000000'
      when v_key = 'concurrencyLimit' and p_options->>'concurrencyOrder' = 'enqueued' and (p_options->>'concurrencyLimit')::numeric > 1 then
        '1, or leave it out, because jobs that run in the order of their enqueue run one at a time'
      when v_key = 'concurrencyOrder' and not v_value in ('"enqueued"', '"priority"') then '"enqueued" or "priority"'
      when v_key = 'concurrencyOnRetry' and not v_value in ('"hold"', '"pass"') then '"hold" or "pass"'
      when v_key = 'fairWeight' and not is_whole(v_value, 1, 1000) then 'a whole number from 1 to 1000'
      when v_key = 'rate' and not is_rate(v_value) then
        'an object of limit (1 to 1000000), per (a duration from "1s" to "31d") and optionally burst (1 to limit)'
      when v_key in ('runAt', 'expiresAt') and instant_of(v_value) is null then 'an ISO 8601 instant such as 2030-01-31T12:00:00Z, between the years 1970 and 9999'
      when v_key = 'delay' and p_options ? 'runAt' then 'runAt or delay, not both'
      when v_key in ('delay', 'timeout') and duration_ms(v_value) is null then c_duration
      when v_key = 'timeout' and duration_ms(v_value) not between 1 and 2147483647 then 'a duration longer than 0, up to 24 days'
      when v_key = 'expiresIn' and p_options ? 'expiresAt' then 'expiresAt or expiresIn, not both'
      when v_key = 'expiresIn' and coalesce(duration_ms(v_value), 0) = 0 then 'a duration longer than 0, such as "10m"'
      when v_key = 'after' and not is_ids(v_value) then 'the id of a job, or a list of up to 1,000'
      when v_key = 'onParentFailure' and not v_value in ('"fail"', '"continue"', '"wait"') then '"fail", "continue" or "wait"'
      when v_key = 'tags' and not is_tags(v_value) then 'a list of up to 100 strings of 1 to 128 characters'
      when v_key = 'metadata' and jsonb_typeof(v_value) <> 'object' then 'a JSON object'
    end;
    if v_expected is not null then
      perform refuse_at(array[p_given, left(v_key, 100)], p_at || format('%s.%s is %s: give %s', p_given, left(v_key, 100), left(v_value::text, 100), v_expected));
    elsif v_key = 'metadata' then
      perform assert_json(v_value, p_at || p_given || '.metadata', 65536);
    elsif v_key = 'unique' then
      perform assert_unique(v_value, p_at || p_given || '.unique');
    end if;
  end loop;
end
$$;
