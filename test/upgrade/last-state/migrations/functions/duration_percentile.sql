-- The milliseconds within which this share of the executions of a histogram ended; null while there are too few to tell.
create or replace function duration_percentile(p_durations integer[], p_share double precision) returns integer
language sql immutable parallel safe
begin atomic
  select ceil(2 ^ (b.place / 4.0))::integer
  from (select u.place, sum(u.count) over (order by u.place) as below, sum(u.count) over () as total
        from unnest(p_durations) with ordinality u (count, place)) b
  where b.total >= 10 and b.below >= b.total * p_share
  order by b.place limit 1;
end;
