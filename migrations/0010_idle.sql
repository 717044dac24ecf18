-- Idle mode: nothing asks the database while nothing is due. One wake-up is set instead, for the next moment.

-- The wake-up of a deployment in idle mode: when its one schedule invokes the drain function next. See
-- docs/decisions/0012-idle.md.
create table wake_up (
  only_row boolean     primary key default true check (only_row),
  set_for  timestamptz                                   -- null: never in idle mode; infinity: nothing to wake up for; -infinity: could not be set
);
insert into wake_up default values;

-- Milliseconds until the next job of p_names is due; null: none waits for its time.
create function next_due_in_ms(p_names text[]) returns double precision
language plpgsql volatile set search_path from current
as $$
begin
  return extract(epoch from next_due_at(p_names) - clock_timestamp()) * 1000;
end
$$;

create function next_due_at(p_names text[]) returns timestamptz
language sql volatile set search_path from current
as $$
  select j.run_at from jobs j where j.state = 'scheduled' and j.name = any (p_names) order by j.run_at, j.id limit 1
$$;

-- Begins to set the wake-up, after close_drainer: answers when the next job is due (null: none waits), or with no row
-- while another drainer is awake, because that one comes here later and sees more. Till this session ends no other gets in here, so
-- of two that set it, the one that looked later also sets later.
create function plan_wake_up(p_backend integer, p_names text[]) returns table (due_at timestamptz)
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  perform pg_advisory_lock(lock_space('wake-up'), 0);
  if count_awake() = 0 then
    return query select next_due_at(p_names);
  end if;
end
$$;

create function remember_wake_up(p_set_for timestamptz) returns void
language sql volatile set search_path from current
as $$
  update wake_up set set_for = coalesce(p_set_for, 'infinity')
$$;

-- Asked once a job that is due later has been committed. True: it may be due before the wake-up, so a drainer is to be
-- invoked, which sets it anew. While one is just being set the answer is true as well: the look for it may have been
-- too early to see the job.
create function is_wake_up_late() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_set_for timestamptz;
begin
  if not pg_try_advisory_lock_shared(lock_space('wake-up'), 0) then
    return true;
  end if;
  perform pg_advisory_unlock_shared(lock_space('wake-up'), 0);
  select w.set_for into v_set_for from wake_up w;
  return exists (select from jobs j where j.state = 'scheduled' and j.run_at < case when v_set_for > now() then v_set_for else 'infinity' end)
     and v_set_for is not null;
end
$$;

create or replace function schema_version() returns integer language sql immutable as 'select 10';
