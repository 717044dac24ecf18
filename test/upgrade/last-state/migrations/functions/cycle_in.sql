-- A circle in the order of a workflow's steps, as its path; null: there is none. If each step comes behind those that it runs after, nothing is to be done.
create or replace function cycle_in(p_steps jsonb) returns text
language plpgsql immutable set search_path from current
as $$
declare
  v_steps text[];
  v_parents text[];
  v_left integer;
  v_path text[];
  v_at text;
begin
  if not exists (select from edges_of(p_steps) e where e.parent_place >= e.place) then
    return null;
  end if;
  select array_agg(e.step), array_agg(e.parent) into v_steps, v_parents from edges_of(p_steps) e where e.parent_place is not null;
  loop -- leaves out what runs after nothing that is left
    v_left := cardinality(v_steps);
    select array_agg(e.step), array_agg(e.parent) into v_steps, v_parents
    from unnest(v_steps, v_parents) e (step, parent) where e.parent in (select unnest(v_steps));
    if v_steps is null then
      return null;
    end if;
    exit when cardinality(v_steps) = v_left;
  end loop;
  v_at := v_steps[1];
  while v_path is null or v_at <> all (v_path) loop
    v_path := v_path || v_at;
    v_at := v_parents[array_position(v_steps, v_at)];
  end loop;
  return array_to_string(v_path[array_position(v_path, v_at):] || v_at, ' -> ');
end
$$;
