-- Where the ranges begin in which the history is searched for what has usually finished lately, the latest first: whole days, as its
-- partitions are, so that none is searched in two of them. Inlined.
create or replace function searched_since() returns timestamptz[]
language sql stable
return array[date_trunc('day', now(), 'UTC') - interval '24 hours', date_trunc('day', now(), 'UTC') - interval '336 hours', '-infinity'];
