-- The sum of histograms; null: there are none.
create or replace function add_histograms(p_histograms histogram[]) returns histogram
language plpgsql immutable parallel safe set search_path from current
as $$
declare
  v_sum histogram;
begin
  if cardinality(p_histograms) = 1 then
    return p_histograms[1];
  end if;
  select array_agg(b.bucket order by b.bucket), array_agg(b.count order by b.bucket) into v_sum
  from (select u.bucket, sum(u.count)::bigint as count
        from unnest(p_histograms) h, unnest(h.buckets, h.counts) u (bucket, count) group by u.bucket) b;
  return case when v_sum.buckets is not null then v_sum end;
end
$$;
