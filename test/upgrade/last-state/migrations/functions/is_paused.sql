-- Whether a queue is paused, or what p_kind says.
create or replace function is_paused(p_target text, p_kind text default 'queue') returns boolean
language sql stable set search_path from current
as $$
  select exists (select from pauses p where p.kind = p_kind and p.target = p_target and lasts(p))
$$;
