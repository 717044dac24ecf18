-- How long the history of any job is kept: older days are dropped as a whole.
create or replace function longest_retention() returns interval
language sql stable set search_path from current
as $$
  select greatest(s.retention, (select max(r.keep) from retention_rules r)) from settings s
$$;
