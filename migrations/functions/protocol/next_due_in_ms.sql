-- Milliseconds until the next job of p_names is due; null: none waits for its time.
create or replace function next_due_in_ms(p_names text[]) returns double precision
language plpgsql volatile set search_path from current
as $$
begin
  return extract(epoch from next_due_at(p_names) - clock_timestamp()) * 1000;
end
$$;
