-- Refuses jobs that have the key of a rate, but neither a rate nor a registered definition that has one.
create or replace function assert_rates(p_runs job_run[]) returns void
language plpgsql stable set search_path from current
as $$
declare
  v_at integer := (select min(r.at) from unnest(p_runs) r where r.rate_key is not null and (r.rate).starts is null);
begin
  if v_at is not null then
    raise exception using errcode = 'SL006', detail = json_build_object('option', 'rate', 'at', v_at),
      message = 'options.rate is missing: there is a rateKey, and no registered definition of this name has a rate: give both, or none';
  end if;
end
$$;
