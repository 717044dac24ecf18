-- Does all maintenance at once, due or not: by hand, and after the functions were replaced. Drains do it piece by piece, see
-- run_maintenance.
--   p_keep   how long history is kept; null: as the settings say
--   p_now    the time to act for
--   returns  the steps that failed, with their errors
create or replace function force_maintenance(p_keep interval default null, p_now timestamptz default now())
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
