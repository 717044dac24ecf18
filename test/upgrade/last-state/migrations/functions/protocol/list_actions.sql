-- A page of what was done, the latest first: a list of objects, as the API has them.
--   p_before  only what came before the action with this id; null: from the latest
--   p_limit   how many at most
--   p_actor   only those of this actor, by its id; null: of anybody
--   p_action  only those with this verb; null: any
--   p_via     only those on this way; null: any
create or replace function list_actions(p_before bigint default null, p_limit integer default 100, p_actor text default null, p_action text default null, p_via text default null) returns json
language sql stable security definer set search_path from current
as $$
  select coalesce(json_agg(json_build_object(
    'id', a.id::text, 'at', a.at, 'actor', json_build_object('id', a.actor_id, 'name', a.actor_name), 'via', a.via, 'action', a.action, 'target', a.target,
    'outcome', a.outcome, 'endedAt', a.ended_at, 'matched', a.matched, 'changed', a.changed, 'detail', a.detail) order by a.id desc), '[]')
  from (
    select there.* from audit_log there
    where (p_before is null or there.id < p_before) and (p_actor is null or there.actor_id = p_actor)
      and (p_action is null or there.action = p_action) and (p_via is null or there.via = p_via)
    order by there.id desc limit p_limit) a
$$;
