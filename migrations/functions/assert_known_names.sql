-- Refuses jobs that were enqueued by name alone, if the deployment wants that and nobody has a definition of the name. A
-- job that was enqueued with its definition isn't refused: its app may have been deployed before the others.
create or replace function assert_known_names(p_jobs jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_listed constant integer := 20;
  v_unknown text;
  v_known text[];
begin
  if (select s.refuses_unknown_names from settings s) is not true then
    return;
  end if;
  v_unknown := (select job->>'name' from jsonb_array_elements(p_jobs) with ordinality j (job, place)
                where job ? 'by_name' and not exists (select from definitions d where d.name = job->>'name') order by place limit 1);
  if v_unknown is null then
    return;
  end if;
  v_known := array(select d.name from definitions d order by d.name limit 1000);
  raise exception using errcode = 'SL005',
    message = format('No job is named "%s": known are %s', v_unknown,
      coalesce(nullif(array_to_string(v_known[:c_listed], ', '), ''), 'none') || case when cardinality(v_known) > c_listed then ', ...' else '' end),
    detail = 'Known: ' || array_to_string(v_known, ', '),
    hint = 'Names are known once their definitions are passed to migrate or a drainer has opened with them. To accept others, migrate with unknownNames: "accept".';
end
$$;
