-- Since when something can have ended that was stored at a time: an hour before, because the server's clock may have been set back
-- meanwhile, another server may have taken over whose clock is late, and a transaction that was begun earlier may have ended it. Inlined.
create or replace function ended_since(p_stored_at timestamptz) returns timestamptz
language sql stable
return p_stored_at - interval '1 hour';
