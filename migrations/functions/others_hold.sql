-- Whether other drainers have claimed jobs recently that may still be theirs. As frontier_of, it doesn't look far back.
create or replace function others_hold(p_drainer integer) returns boolean
language sql stable
begin atomic
  select exists (
    select from claims c where c.id > (select last_value - 500 from claim_ids) and c.drainer_id <> p_drainer and c.job_ids <> '{}');
end
