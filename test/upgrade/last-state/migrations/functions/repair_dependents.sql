-- Notes a set of the waiting jobs that nobody would look at again, because somebody has deleted their parents by hand. Returns whether there may be more.
create or replace function repair_dependents() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 1000;
  v_adrift bigint[] := array(select a.id from dependents_adrift() a (id) limit c_set);
begin
  perform note_dependents(v_adrift);
  return cardinality(v_adrift) = c_set;
end
$$;
