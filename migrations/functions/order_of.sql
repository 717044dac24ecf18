-- Whether jobs run in the order of their enqueue, as jobs.holds_key says it. Refuses what contradicts it.
--   p_at          the place of the job in the call
--   p_order       enqueued, or priority: the usual order; null: as the definition says
--   p_on_retry    hold or pass; null: as the definition says, else hold
--   p_limit       the concurrency limit that the call gives; null: none
--   p_has_key     whether the job has a concurrency key, or one is to be computed
--   p_definition  the definition's holds_key
create or replace function order_of(p_at integer, p_order text, p_on_retry text, p_limit integer, p_has_key boolean, p_definition boolean) returns boolean
language plpgsql stable set search_path from current
as $$
declare
  v_is_ordered boolean := coalesce(p_order = 'enqueued', p_definition is not null);
  v_option text;
  v_message text;
begin
  if v_is_ordered and p_has_key is not true then
    v_option := 'concurrencyKey';
    v_message := 'options.concurrencyKey is missing: jobs of a key run in order, and the definition has no concurrency limit: give it, or no concurrencyOrder';
  elsif p_on_retry is not null and not v_is_ordered then
    v_option := 'concurrencyOrder';
    v_message := 'options.concurrencyOrder is missing: concurrencyOnRetry says what a job does that runs in order: give "enqueued", or no concurrencyOnRetry';
  elsif v_is_ordered and p_limit > 1 then
    v_option := 'concurrencyLimit';
    v_message := format('options.concurrencyLimit is %s: give 1, or leave it out, because jobs that run in the order of their enqueue run one at a time', p_limit);
  end if;
  if v_message is not null then
    raise exception using errcode = 'SL006', message = v_message,
      detail = json_build_object('option', v_option, 'at', p_at, 'code', case v_option when 'concurrencyLimit' then 'invalid_option' else 'missing_option' end);
  end if;
  return case when v_is_ordered then coalesce(p_on_retry <> 'pass', p_definition, true) end;
end
$$;
