-- Makes the jobs due that wait for tokens which were completed in transactions that may not have seen them: a set of the tokens. One whose job
-- somebody has is left for the next look. Who comes to wait for it, or is put back, after the completion was committed sees that.
create or replace function resume_unseen() returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
declare
  c_set constant integer := 100;
  v_wait unseen_waits;
begin
  for v_wait in select u.* from unseen_waits u order by u.id limit c_set for update skip locked loop
    begin
      perform make_waiting_due(v_wait.token);
      delete from unseen_waits u where u.id = v_wait.id;
    exception when lock_not_available then
      null;
    end;
  end loop;
end
$$;
