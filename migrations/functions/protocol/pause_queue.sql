-- Jobs of a paused queue are set aside, out of the claim's sight; those that run go on to their end.
create or replace function pause_queue(p_queue text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  insert into queues (name, paused_at) values (p_queue, now()) on conflict (name) do update set paused_at = coalesce(queues.paused_at, now());
  perform set_aside(array(select j.id from jobs j where j.queue = p_queue and j.state in ('ready', 'blocked', 'suspect')));
end
$$;
