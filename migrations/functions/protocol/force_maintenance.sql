-- Does all of the maintenance at once, due or not: by hand, and when the functions are replaced. Drains do it piece by piece.
-- Answers which steps failed.
create or replace function force_maintenance(p_keep interval default '14 days', p_now timestamptz default now())
returns table (step text, error text)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_more boolean;
begin
  for step in select s.step from maintenance_steps s order by s.step loop
    loop
      v_more := false;
      error := null;
      select p.more, p.error into v_more, error from run_maintenance(step, p_keep, p_now) p;
      exit when v_more is not true;
    end loop;
    if error is not null then
      return next;
    end if;
  end loop;
end
$$;
