-- Whether to look from the start although there is a place to resume behind: no drainer of this scope has within a second, or a
-- throttled job may start, and none does at the moment. One whose own look was five seconds ago relies on no lock. A look in the future, of a server whose clock was
-- set back since, doesn't count. Inlined, as are the other functions with a `return` and no settings.
create or replace function is_look_due(p_scope integer, p_looked_at timestamptz, p_looked_ms_ago double precision, p_may_unthrottle boolean) returns boolean
language sql volatile
return case when not p_may_unthrottle and p_looked_at between now() - interval '1 second' and now() + interval '1 second' then false
            else pg_try_advisory_xact_lock(lock_space('look'), p_scope) or coalesce(p_looked_ms_ago > 5000, false) end;
