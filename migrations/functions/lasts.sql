-- Whether a pause has not ended yet. Inlined.
create or replace function lasts(p pauses) returns boolean
language sql stable
return (p).until_at is null or (p).until_at > now();
