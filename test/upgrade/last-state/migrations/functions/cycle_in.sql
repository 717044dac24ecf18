-- A circle in the order of a workflow's steps, as its path, of which the first names are shown; null: there is none. If each step comes behind
-- those that it runs after, nothing is to be done. Each edge is looked at a few times, however long a chain is.
create or replace function cycle_in(p_steps jsonb) returns text
language plpgsql immutable set search_path from current
as $$
declare
  c_shown constant integer := 20;
  v_steps integer := jsonb_array_length(p_steps);
  v_parents integer[]; -- of each edge
  v_children integer[];
  v_first integer[] := array_fill(null::integer, array[v_steps]); -- edge of each step to what runs after it
  v_waits integer[] := array_fill(0, array[v_steps]); -- for how many steps each one waits
  v_free integer[]; -- steps that wait for nothing that is left
  v_looked integer := 0;
  v_edge integer;
  v_after integer[] := array_fill(null::integer, array[v_steps]); -- of each step that is left, another one
  v_seen integer[] := array_fill(null::integer, array[v_steps]); -- places in the path
  v_path integer[] := '{}';
  v_at integer;
begin
  if not exists (select from edges_of(p_steps) e where e.parent_place >= e.place) then
    return null;
  end if;
  select array_agg(e.parent_place order by e.parent_place, e.place), array_agg(e.place order by e.parent_place, e.place)
  into v_parents, v_children from edges_of(p_steps) e where e.parent_place is not null;
  for i in 1..cardinality(v_children) loop
    v_waits[v_children[i]] := v_waits[v_children[i]] + 1;
    v_first[v_parents[i]] := coalesce(v_first[v_parents[i]], i);
  end loop;

  v_free := array(select w.place from unnest(v_waits) with ordinality w (waits, place) where w.waits = 0);
  while v_looked < cardinality(v_free) loop
    v_looked := v_looked + 1;
    v_at := v_free[v_looked];
    v_edge := v_first[v_at];
    while v_parents[v_edge] = v_at loop
      v_waits[v_children[v_edge]] := v_waits[v_children[v_edge]] - 1;
      if v_waits[v_children[v_edge]] = 0 then
        v_free := v_free || v_children[v_edge];
      end if;
      v_edge := v_edge + 1;
    end loop;
  end loop;
  if v_looked = v_steps then
    return null;
  end if;

  -- what is left runs after something else that is left: following that comes to a circle
  for i in 1..cardinality(v_children) loop
    if v_waits[v_parents[i]] > 0 then
      v_after[v_children[i]] := coalesce(v_after[v_children[i]], v_parents[i]);
    end if;
  end loop;
  v_at := (select min(w.place) from unnest(v_waits) with ordinality w (waits, place) where w.waits > 0);
  while v_seen[v_at] is null loop
    v_path := v_path || v_at;
    v_seen[v_at] := cardinality(v_path);
    v_at := v_after[v_at];
  end loop;
  v_path := v_path[v_seen[v_at]:];
  return (select string_agg(p_steps->(p.at - 1)->>'step', ' -> ' order by p.place) from unnest(v_path[:c_shown]) with ordinality p (at, place))
    || case when cardinality(v_path) > c_shown then ' -> ...' else '' end || format(' -> %s', p_steps->(v_at - 1)->>'step');
end
$$;
