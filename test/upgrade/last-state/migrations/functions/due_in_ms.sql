-- Milliseconds until the next scheduled job is due, of those due after p_since (null: of all). The settings of the caller apply.
create or replace function due_in_ms(p_since timestamptz) returns double precision
language sql volatile
return (select extract(epoch from s.run_at - now())::double precision * 1000 from jobs s
        where s.state = 'scheduled' and s.run_at > coalesce(p_since, '-infinity') order by s.run_at limit 1);
