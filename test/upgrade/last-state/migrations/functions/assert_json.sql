-- Refuses JSON that is too large, nested too deep, or has a number that JavaScript would change. Usual JSON is checked as text
-- alone: only a certain size, or a certain row of digits, needs a closer look.
create or replace function assert_json(p_json jsonb, p_path text, p_most integer) returns void
language plpgsql stable set search_path from current
as $$
declare
  v_text text := p_json::text;
  v_inexact record;
begin
  if octet_length(v_text) > p_most and stored_bytes(v_text, p_most) > p_most then
    perform refuse(format('%s has %s bytes as JSON, over the limit of %s: store the data elsewhere and pass a reference',
      p_path, stored_bytes(v_text, p_most), p_most));
  elsif octet_length(v_text) > 2000 and jsonb_path_exists(p_json, 'strict $.**{1001}') then
    perform refuse(format('%s is nested too deep: give at most 1000 levels', p_path));
  elsif v_text ~ '[0-9]{16}|0[.]0{200}' then
    select * into v_inexact from inexact_number(p_json, p_path);
    if found then
      perform refuse(format('%s is %s: give text, because JavaScript has no such number', v_inexact.path, v_inexact.number));
    end if;
  end if;
end
$$;
