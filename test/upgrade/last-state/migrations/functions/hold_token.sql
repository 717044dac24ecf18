-- Makes a token known, if it isn't, and returns its row, which is locked until the caller's commit. A token that another job's end forgets
-- between the two statements is made anew.
create or replace function hold_token(p_token text) returns waits
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  v_wait waits;
begin
  loop
    insert into waits (token) values (p_token) on conflict do nothing;
    select w.* into v_wait from waits w where w.token = p_token for update;
    exit when found;
  end loop;
  return v_wait;
end
$$;
