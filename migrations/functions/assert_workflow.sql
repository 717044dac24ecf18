-- Refuses a workflow that may not be stored, for those that come by SQL. What is wrong with its names and its order comes in one error.
create or replace function assert_workflow(p_name text, p_steps jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_shown constant integer := 20;
  c_known constant text[] := array['step', 'name', 'payload', 'options'];
  v_step jsonb;
  v_place integer := 0;
  v_at text;
  v_unknown text;
  v_names text[] := '{}';
  v_problems text[];
  v_cycle text;
begin
  if p_name is null or not is_step(to_jsonb(p_name)) then
    perform refuse(format('name is %s: give text of 1 to 128 characters that isn''t a number', coalesce(to_json(left(p_name, 100))::text, 'null')));
  elsif jsonb_typeof(p_steps) is distinct from 'array' or p_steps = '[]' then
    perform refuse(format('steps is %s: give a JSON list of steps', coalesce(left(p_steps::text, 100), 'null')));
  end if;
  for v_step in select s.value from jsonb_array_elements(p_steps) with ordinality s (value, place) order by s.place loop
    v_at := format('steps[%s]', v_place);
    if jsonb_typeof(v_step) <> 'object' then
      perform refuse(format('%s is %s: give an object with step, name, payload and options', v_at, left(v_step::text, 100)));
    end if;
    v_unknown := (select key from jsonb_object_keys(v_step) key where not key = any (c_known) limit 1);
    if v_unknown is not null then
      perform refuse(format('%s.%s is unknown: give step, name, payload and options', v_at, left(v_unknown, 100)));
    elsif not coalesce(is_step(v_step->'step'), false) then
      perform refuse(format('%s.step is %s: give text of 1 to 128 characters that isn''t a number', v_at, coalesce(left((v_step->'step')::text, 100), 'missing')));
    elsif jsonb_typeof(v_step->'name') is distinct from 'string' then
      perform refuse(format('%s.name is %s: give text', v_at, coalesce(left((v_step->'name')::text, 100), 'missing')));
    end if;
    perform assert_job(v_step->>'name', coalesce(v_step->'payload', '{}'), coalesce(v_step->'options', '{}') - 'after', v_at || ': ');
    v_names := v_names || (v_step->>'step');
    v_place := v_place + 1;
  end loop;

  select array_agg(distinct p.problem) into v_problems from (
    select format('two steps are named "%s"', n.name) as problem from unnest(v_names) n (name) group by n.name having count(*) > 1
    union all
    select format('the step "%s" is to run after "%s", which isn''t one: known are %s', e.step, e.parent, left(array_to_string(v_names[:c_shown], ', '), 500))
    from edges_of(p_steps) e where e.parent_place is null and e.parent !~ '^[1-9][0-9]{0,14}$'
  ) p;
  v_cycle := cycle_in(p_steps);
  if v_cycle is not null then
    v_problems := v_problems || format('steps run after each other in a circle: %s', v_cycle);
  end if;
  if v_problems is not null then
    perform refuse(format('The workflow "%s" can''t run: %s%s', p_name, array_to_string(v_problems[:c_shown], '; '),
      case when cardinality(v_problems) > c_shown then format('; and %s more', cardinality(v_problems) - c_shown) end));
  end if;
end
$$;
