-- Stores a key of the API. It runs with the rights of the schema's owner: the table is closed to all others.
--   p_name           what it is for
--   p_hint           how its secret begins
--   p_hash           SHA-256 of the secret, in hexadecimal
--   p_role           enqueuer, reader, operator or admin
--   p_names          the job names that an enqueuer may enqueue; null: any
--   p_queues         the queues that it may enqueue to; null: any
--   p_expires_at     when it ends
--   p_expires_in_ms  or after how long; null as well: never
--   p_created_by     who has made it
--   returns          the key, as the API has it
create or replace function create_api_key(p_name text, p_hint text, p_hash text, p_role text, p_names text[] default null, p_queues text[] default null,
                               p_expires_at timestamptz default null, p_expires_in_ms bigint default null, p_created_by text default null) returns json
language sql volatile security definer set search_path from current
as $$
  insert into api_keys as k (name, hint, hash, role, names, queues, expires_at, created_by)
  values (p_name, p_hint, decode(p_hash, 'hex'), p_role, p_names, p_queues, coalesce(p_expires_at, now() + p_expires_in_ms * interval '1 millisecond'), p_created_by)
  returning api_key_json(k)
$$;
