-- How many more jobs of these keys may run, beside those of p_ids: a permit that one of them has already doesn't count. Place n is that
-- of key n; 0 for a key that has no jobs any more.
create or replace function room_of(p_keys text[], p_ids bigint[]) returns integer[]
language sql stable set search_path from current
as $$
  select array(
    select (coalesce(f.allowed, 0) - (select count(*) from permits p where p.concurrency_key = key.name and p.job_id <> all (p_ids)))::integer
    from unnest(p_keys) with ordinality key (name, place) left join limits_in_force(p_keys) f on f.concurrency_key = key.name
    order by key.place)
$$;
