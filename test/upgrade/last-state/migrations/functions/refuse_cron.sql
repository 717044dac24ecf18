-- Raises the error of a cron expression, and points at the place.
create or replace function refuse_cron(p_cron text, p_at integer, p_message text) returns void
language plpgsql immutable set search_path from current
as $$
begin
  perform refuse_at('{cron}', format('cron is %s, and at character %s %s', to_json(left(p_cron, 200)), p_at, p_message));
end
$$;
