-- How long a job keeps its unique key and what follows if it is taken: what its enqueue says, else its registered definition.
--   while            waiting: until a drainer takes the job; unfinished: until it has finished
--   for_ms           how long it is kept at least, from the enqueue on
--   on_conflict      keep: the job that has the key stays as it is; replace: it becomes the new one; reschedule: it gets its time;
--                    reject: an error
--   longest_wait_ms  how long after its enqueue a job is due at the latest, however often it is replaced or rescheduled
--   key              of a definition: the key of all of its jobs
--   p_needs_key      whether a key has to be given, because the payload is in the app's store
create or replace function unique_rule_of(p_defined jsonb, p_given jsonb, p_needs_key boolean) returns jsonb
language plpgsql immutable set search_path from current
as $$
declare
  v_rule jsonb := coalesce(p_defined, '{}') || coalesce(jsonb_strip_nulls(p_given), '{}');
  v_changes boolean := coalesce(v_rule->>'on_conflict', 'keep') in ('replace', 'reschedule');
begin
  perform assert_unique_rule(v_rule, 'options.unique');
  if p_needs_key and not v_rule ? 'key' then
    perform refuse('options.unique.key is missing: give it for a payload that is in the store of payloads');
  end if;
  return jsonb_build_object('while', case when v_changes then 'waiting' else 'unfinished' end, 'on_conflict', 'keep') || v_rule;
end
$$;
