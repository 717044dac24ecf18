-- Whether a pool has the jobs of this queue. Null stands for a drainer without one, which has those of all queues; '' for any queue
-- that no pool names.
create or replace function serves(p_pool pool, p_queue text) returns boolean
language sql immutable
return coalesce((p_queue = any ((p_pool).queues)) <> (p_pool).excepts, true);
