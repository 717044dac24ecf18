-- Refuses a job that has the key of a rate, but neither a rate nor a registered definition that has one.
create or replace function missing_rate(p_at integer) returns rate_limit
language plpgsql stable set search_path from current
as $$
begin
  raise exception using errcode = 'SL006', detail = json_build_object('option', 'rate', 'at', coalesce(p_at, 0)),
    message = 'options.rate is missing: there is a rateKey, and no registered definition of this name has a rate: give both, or none';
end
$$;
