-- How many locks the server has room for: the size of its lock table, without what it has in reserve.
create or replace function lock_room() returns integer
language sql stable set search_path from current
as $$
  select current_setting('max_locks_per_transaction')::integer
    * (current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer)
$$;
