-- Whether what a drainer knows of a definition is to be noted: it is new, or differs from what another drainer has noted. The policies
-- of a definition that a deployment has registered stay: the drainer may be of an older one. Inlined.
create or replace function is_definition_changed(p_noted definitions, p_given definitions) returns boolean
language sql immutable
return (p_noted).registered_at is null
  and ((p_noted).timeout_ms, (p_noted).queue, (p_noted).priority, (p_noted).delay_ms, (p_noted).concurrency_key,
       (p_noted).concurrency_limit, (p_noted).holds_key, (p_noted).computes_key, (p_noted).further_keys, (p_noted).further_limits, (p_noted).rate_key, (p_noted).rate,
       (p_noted).computes_rate_key, (p_noted).computes, (p_noted).unique_rule, (p_noted).expires_in_ms,
       (p_noted).fair_key, (p_noted).fair_weight, (p_noted).keeps_payload, (p_noted).schedules, (p_noted).events)
    is distinct from ((p_given).timeout_ms, (p_given).queue, (p_given).priority, (p_given).delay_ms, (p_given).concurrency_key,
                      (p_given).concurrency_limit, (p_given).holds_key, coalesce((p_given).computes_key, false),
                      (p_given).further_keys, (p_given).further_limits, (p_given).rate_key, (p_given).rate,
                      coalesce((p_given).computes_rate_key, false), coalesce((p_given).computes, '{}'),
                      (p_given).unique_rule, (p_given).expires_in_ms,
                      (p_given).fair_key, (p_given).fair_weight, coalesce((p_given).keeps_payload, true), (p_given).schedules, (p_given).events);
