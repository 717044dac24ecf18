-- Refuses what can't be the rule of a unique key, as assert_job does. What is left open is as the registered definition says.
create or replace function assert_unique(p_unique jsonb, p_given text) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['key', 'while', 'for', 'onConflict', 'longestWait'];
  v_key text;
  v_value jsonb;
  v_text text;
  v_expected text;
begin
  for v_key, v_value, v_text in select o.key, o.value, o.value #>> '{}' from jsonb_each(p_unique) o loop
    v_expected := case
      when not v_key = any (c_known) then 'one of ' || array_to_string(c_known, ', ')
      when v_value = 'null' then 'a value, or leave it out (jsonb_strip_nulls does)'
      when v_key = 'key' and (jsonb_typeof(v_value) <> 'string' or length(v_text) not between 1 and 512) then 'text of 1 to 512 characters'
      when v_key = 'while' and v_value not in ('"waiting"', '"unfinished"') then '"waiting" or "unfinished"'
      when v_key = 'onConflict' and v_value not in ('"keep"', '"replace"', '"reschedule"', '"reject"') then '"keep", "replace", "reschedule" or "reject"'
      when v_key in ('for', 'longestWait') and coalesce(duration_ms(v_value), 0) = 0 then 'a duration longer than 0, such as "10m"'
    end;
    if v_expected is not null then
      perform refuse(format('%s.%s is %s: give %s', p_given, left(v_key, 100), left(v_value::text, 100), v_expected));
    end if;
  end loop;
  if p_unique ? 'onConflict' then
    perform assert_unique_rule(unique_words(p_unique), p_given);
  end if;
end
$$;
