-- Of jobs that are just being claimed: those stored by a transaction that had not yet seen the pause.
create or replace function set_aside_queues(p_ids bigint[], p_paused text[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if p_paused <> '{}' then
    perform set_aside(array(select j.id from jobs j where j.id = any (p_ids) and j.queue = any (p_paused)));
  end if;
end
$$;
