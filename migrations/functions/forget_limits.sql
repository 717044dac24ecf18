-- Deletes the remembered limits of keys whose jobs agree on one (see limits_in_force).
create or replace function forget_limits(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  delete from limits l where l.concurrency_key = any (p_keys)
    and not exists (select from jobs j where j.concurrency_key = l.concurrency_key and j.concurrency_limit < l.concurrency_limit)
    and not exists (select from jobs j where j.concurrency_key = l.concurrency_key and j.concurrency_limit > l.concurrency_limit)
    and not exists (select from further_keys f where f.concurrency_key = l.concurrency_key and f.concurrency_limit <> l.concurrency_limit)
$$;
