-- Records that somebody is about to act. It commits before the action begins.
--   p_actor_id    who, for programs
--   p_actor_name  who, for people
--   p_via         api, dashboard, cli or library
--   p_action      the verb
--   p_target      what it is about
--   p_after       of a call that continues another: the place at which that one has ended. Both are one entry
--   returns       the id for end_action
create or replace function begin_action(p_actor_id text, p_actor_name text, p_via text, p_action text, p_target jsonb, p_after text default null) returns bigint
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_id bigint;
begin
  if p_after is not null then
    update audit_log a set outcome = null, ended_at = null, detail = null
    where a.id = (
      select there.id from audit_log there
      where there.actor_id = p_actor_id and there.via = p_via and there.action = p_action and there.target = p_target
        and there.outcome = 'done' and there.detail->>'next' = p_after
      order by there.id desc limit 1)
    returning a.id into v_id;
  end if;
  if v_id is null then
    insert into audit_log (actor_id, actor_name, via, action, target) values (p_actor_id, p_actor_name, p_via, p_action, p_target) returning id into v_id;
  end if;
  return v_id;
end
$$;
