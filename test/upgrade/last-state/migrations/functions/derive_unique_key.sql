-- The unique key of a job: its own, that of its definition, or by a rule without a key one that stands for its whole payload.
create or replace function derive_unique_key(p_keys jsonb, p_place bigint, p_rule jsonb, p_payload jsonb) returns text
language sql stable
return case when p_keys is not null then p_keys ->> (p_place - 1)::integer
            when p_rule is not null then coalesce(p_rule ->> 'key', 'payload:' || encode(sha256(convert_to(p_payload::text, 'UTF8')), 'hex')) end;
