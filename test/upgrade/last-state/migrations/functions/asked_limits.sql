-- The lowest and the highest limit that the jobs of each key ask for, and the newest job that asks for the highest.
create or replace function asked_limits(p_keys text[])
returns table (concurrency_key text, lowest integer, highest integer, highest_id bigint)
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
begin
  if exists (select from further_keys) then
    return query
    select key.name, low.concurrency_limit, high.concurrency_limit, high.job_id
    from unnest(p_keys) key (name)
    cross join lateral (select a.concurrency_limit from limits_asked(key.name) a order by a.concurrency_limit limit 1) low
    cross join lateral (select a.* from limits_asked(key.name) a order by a.concurrency_limit desc, a.job_id desc limit 1) high;
  else
    return query
    select key.name, low.concurrency_limit, high.concurrency_limit, high.id
    from unnest(p_keys) key (name)
    cross join lateral (select j.concurrency_limit from jobs j where j.concurrency_key = key.name order by j.concurrency_limit limit 1) low
    cross join lateral (select j.concurrency_limit, j.id from jobs j where j.concurrency_key = key.name
                        order by j.concurrency_limit desc, j.id desc limit 1) high;
  end if;
end
$$;
