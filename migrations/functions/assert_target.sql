-- Refuses what can't be a queue, a job name or a concurrency key, as the TypeScript functions do.
create or replace function assert_target(p_kind text, p_target text) returns void
language plpgsql stable set search_path from current
as $$
begin
  if p_target is null or p_kind <> 'key' and p_target !~ '^[A-Za-z0-9._/:-]{1,128}$' or length(p_target) not between 1 and 512 then
    perform refuse(format('p_%s is %s: give %s', p_kind, coalesce(to_json(left(p_target, 100))::text, 'null'),
                          case p_kind when 'key' then 'text of 1 to 512 characters' else '1 to 128 letters, digits and . _ - / :' end));
  end if;
end
$$;
