-- Deletes jobs of the history that are to be kept less long than the day that they are in, with everything that is known of them: those
-- on the next pages of a partition. A row that another transaction has is left for the next search. Returns whether there may be more.
create or replace function expire_by_rules(p_now timestamptz) returns boolean
language plpgsql volatile set search_path from current
set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_pages constant integer := 50;
  v_part text;
  v_page bigint;
  v_ids bigint[];
  v_payload_days date[];
  v_since timestamptz;
begin
  if not exists (select from retention_rules) then
    return false;
  end if;
  select n.part, n.page into v_part, v_page from next_to_search(p_now) n;
  if not found then
    return false;
  end if;

  execute format(
    'with gone as (
       delete from %1$I f where f.ctid = any (array(
         select e.ctid from %1$I e
         left join retention_rules n on n.kind = ''name'' and n.target = e.name
         left join retention_rules q on q.kind = ''queue'' and q.target = e.queue
         left join retention_rules s on s.kind = ''state'' and s.target = e.state
         where e.ctid >= $1 and e.ctid < $2 and e.finished_at < $3 - coalesce(n.keep, q.keep, s.keep, $4)
         for update of e skip locked))
       returning f.id, f.payload_day, f.enqueued_at)
     select array_agg(g.id), array_agg(g.payload_day), min(g.enqueued_at) from gone g', v_part)
  into v_ids, v_payload_days, v_since
  using format('(%s,0)', v_page)::tid, format('(%s,0)', v_page + c_pages)::tid, p_now, (select s.retention from settings s);
  perform forget_finished(v_ids, v_payload_days, v_since);

  if v_page + c_pages < pg_relation_size(v_part::regclass) / current_setting('block_size')::bigint then
    update retention_searches r set page = v_page + c_pages where r.part = v_part;
  else
    update retention_searches r set searched_at = r.began_at, began_at = null, page = null where r.part = v_part;
  end if;
  return true;
end
$$;
