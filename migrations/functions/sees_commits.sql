-- Whether a statement sees all that was committed before it, as those of drainers do. In a transaction of an app that is repeatable read or
-- serializable, it sees what was committed before the first one.
create or replace function sees_commits() returns boolean
language sql stable
return current_setting('transaction_isolation') in ('read committed', 'read uncommitted');
