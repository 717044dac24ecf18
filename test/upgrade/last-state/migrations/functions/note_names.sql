-- Notes that a drainer knows these names, to five minutes. A row that is locked is left: somebody else notes the same.
create or replace function note_names(p_names text[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if not exists (select from definitions d where d.name = any (p_names) and d.seen_at < now() - interval '5 minutes') then
    return;
  end if;
  update definitions d set seen_at = now()
  where d.name in (select seen.name from definitions seen
                   where seen.name = any (p_names) and seen.seen_at < now() - interval '5 minutes' for no key update skip locked);
end
$$;
