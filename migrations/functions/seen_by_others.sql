-- What the last look at everything has seen, of those that found nothing more and are no older than a second, by a drainer that
-- claims from these jobs or from more of them. Null: there was none. As frontier_of, it doesn't look far back.
create or replace function seen_by_others(p_scope integer, p_fits_ms bigint) returns seen_jobs
language sql stable
begin atomic
  select c.seen from claims c
  where c.id > (select last_value - 500 from claim_ids) and c.claimed_at between now() - interval '1 second' and now()
    and c.scope = p_scope and (c.fits_ms is null or c.fits_ms >= p_fits_ms) and c.seen is not null
  order by c.id desc limit 1;
end
