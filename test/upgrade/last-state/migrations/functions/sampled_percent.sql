-- How much of `jobs` a reading looks at that must not take long: all of it up to 2,000 pages, else about 1,000 of them.
create or replace function sampled_percent() returns real
language sql stable set search_path from current
as $$
  select case when s.pages <= 2000 then 100 else 100.0 * 1000 / s.pages end
  from (select pg_relation_size('jobs') / current_setting('block_size')::integer as pages) s
$$;
