-- Makes one day's partition of a table of history. The table is locked before its default partition, in the order of an insert,
-- so that no row of that day is on its way to the default partition while that stops taking it: writers wait for the attaching
-- instead of failing. The rows that are there by then were moved before, while nobody waited.
create or replace function prepare_partition(p_parent text, p_key text, p_day date) returns void
language plpgsql volatile set search_path from current set timezone = 'UTC' set datestyle = 'ISO'
as $$
declare
  c_day constant text := format('%I >= %L and %1$I < %3$L', p_key, p_day::timestamptz, (p_day + 1)::timestamptz);
  v_name text := p_parent || to_char(p_day, '_YYYYMMDD');
  v_move text := format('with moved as (delete from %I where %s returning *) insert into %I select * from moved', p_parent || '_default', c_day, v_name);
begin
  execute format('create table %I (like %I including defaults including constraints including storage, constraint of_the_day check (%s))', v_name, p_parent, c_day);
  execute format('alter table %I replica identity full', v_name); -- a publication of all tables else refuses every delete
  execute v_move;
  execute format('lock table only %I in share row exclusive mode', p_parent);
  execute v_move;
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', p_parent, v_name, p_day::timestamptz, (p_day + 1)::timestamptz);
  execute format('alter table %I drop constraint of_the_day', v_name); -- it has spared the attaching a scan
  perform leave_unsummarised(v_name::regclass);
end
$$;
