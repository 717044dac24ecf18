-- Whether a job has what is_matching can't see in its row: an execution that failed with a class of errors, or a value in its payload.
create or replace function has_details(p_filter jsonb, p_id bigint, p_payload jsonb, p_payload_day date) returns boolean
language plpgsql stable set search_path from current
as $$
declare
  v_path text[];
begin
  if p_filter ? 'errorClass'
     and not exists (select from failures e where e.job_id = p_id and e.error_class = p_filter->>'errorClass') then
    return false;
  end if;
  if p_filter ? 'input' then
    if p_payload is null and p_payload_day is not null then
      p_payload := (select p.payload from payloads p where p.day = p_payload_day and p.job_id = p_id);
    end if;
    v_path := array(select jsonb_array_elements_text(p_filter->'input'->'path'));
    return coalesce(coalesce(p_payload #>> v_path, case when jsonb_typeof(p_payload #> v_path) = 'null' then 'null' end)
                    = p_filter->'input'->>'value', false);
  end if;
  return true;
end
$$;
