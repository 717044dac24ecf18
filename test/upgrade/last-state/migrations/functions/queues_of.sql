-- The queues that a pool serves or, if it serves all others, that it doesn't: without the paused ones, or with them. So a query has one
-- comparison for both: (queue = any (queues_of)) <> excepts, where a drainer without a pool excepts only what is paused.
create or replace function queues_of(p_pool pool, p_paused text[]) returns text[]
language sql immutable
return case when (p_pool).excepts is not false then coalesce((p_pool).queues, '{}') || p_paused
            else array(select unnest((p_pool).queues) except select unnest(p_paused)) end;
