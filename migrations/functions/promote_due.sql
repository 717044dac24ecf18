-- Moves scheduled jobs that have come due among the ready ones, in sets. Answers whether there may be more.
--   p_since  what was due by then was looked for before; null: nothing was
create or replace function promote_due(p_since timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 2000;
  v_promoted integer;
begin
  update jobs j set state = case when is_paused(j.queue) then 'paused' else 'ready' end
  where j.id = any (array(
    select s.id from jobs s where s.state = 'scheduled' and s.run_at <= now() and s.run_at > coalesce(p_since, '-infinity') order by s.run_at, s.id limit c_set for update skip locked));
  get diagnostics v_promoted = row_count;
  return v_promoted = c_set;
end
$$;
