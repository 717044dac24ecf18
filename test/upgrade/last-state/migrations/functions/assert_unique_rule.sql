-- Refuses the rule of a unique key, in the words of unique_rule_of, whose parts don't fit together.
create or replace function assert_unique_rule(p_rule jsonb, p_given text) returns void
language plpgsql immutable set search_path from current
as $$
declare
  v_changes boolean := coalesce(p_rule->>'on_conflict', 'keep') in ('replace', 'reschedule');
begin
  if v_changes and p_rule->>'while' = 'unfinished' then
    perform refuse(p_given || '.while is "unfinished": give "waiting", because a job that runs can''t be replaced or rescheduled');
  elsif v_changes and p_rule ? 'for_ms' then
    perform refuse(p_given || '.for is given: leave it out with replace and reschedule, which change a job that waits');
  elsif not v_changes and p_rule ? 'longest_wait_ms' then
    perform refuse(p_given || '.longestWait is given: give it with "replace" or "reschedule" only');
  end if;
end
$$;
