-- Unthrottles jobs whose keys have room again: up to 200 keys, those first that have it for longest.
create or replace function unthrottle_due(p_names text[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  c_keys constant integer := 200;
begin
  if exists (select from rates r where r.next_at <= clock_timestamp() + interval '1 second') then
    perform unthrottle(array(
      select r.rate_key from rates r where r.next_at <= clock_timestamp() + interval '1 second' order by r.next_at limit c_keys), p_names);
  end if;
end
$$;
