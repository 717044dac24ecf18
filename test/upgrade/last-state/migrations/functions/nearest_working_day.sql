-- The day from Monday to Friday that is nearest to a day of the month (0: the last), in the same month; null if the month has no such day.
create or replace function nearest_working_day(p_month date, p_length integer, p_day integer) returns date
language sql immutable set search_path from current
as $$
  select case extract(dow from day) when 6 then case when place = 1 then day + 2 else day - 1 end
                                    when 0 then case when place = p_length then day - 2 else day + 1 end
                                    else day end
  from (select case p_day when 0 then p_length else p_day end as place) p, lateral (select p_month + (place - 1) as day) d
  where place <= p_length
$$;
