create or replace function set_aside(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[] := array(select distinct j.concurrency_key from jobs j where j.id = any (p_ids) and j.concurrency_key is not null);
begin
  perform lock_keys(v_keys);
  update jobs j set state = 'paused' where j.id = any (p_ids) and j.state in ('ready', 'blocked', 'suspect');
  perform wake_blocked(v_keys); -- a ready job that is set aside can no longer wake those behind its key
end
$$;
