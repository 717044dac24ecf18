-- The partition of `finished` to search next, and its next page, for jobs that are to be kept less long than others. One is searched
-- again only while jobs expire in it: from the time at which its first may, until the last of them has. The longer a rule keeps them,
-- the more seldom: as often as that, but at least once a day, so nothing is kept for more than twice its time, or a day longer.
create or replace function next_to_search(p_now timestamptz) returns table (part text, page bigint)
language plpgsql volatile set search_path from current set timezone = 'UTC'
as $$
declare
  v_parts text[] := array(select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'finished'::regclass);
begin
  delete from retention_searches r where r.part <> all (v_parts);
  return query select r.part, r.page from retention_searches r where r.page is not null order by r.part limit 1;
  if found then
    return;
  end if;

  return query
  insert into retention_searches as r (part, began_at, page)
  select p.name, p_now, 0
  from unnest(v_parts) p (name)
  left join retention_searches s on s.part = p.name
  cross join lateral (select to_date(substring(p.name from '_([0-9]{8})$'), 'YYYYMMDD')::timestamptz as day) d
  where exists (
    select from (select t.retention as keep from settings t union select t.keep from retention_rules t) k
    where k.keep < longest_retention()
      and coalesce(d.day + k.keep <= p_now, true)
      and coalesce(d.day + interval '1 day' + k.keep > s.searched_at, true)
      and coalesce(s.searched_at <= p_now - least(k.keep, interval '1 day'), true))
  order by p.name limit 1
  on conflict on constraint retention_searches_pkey do update set began_at = excluded.began_at, page = 0
  returning r.part, r.page;
end
$$;
