-- Whether a JSON number is the same in JavaScript, where the jobs are performed: one that doesn't fit into double precision would
-- arrive rounded, or as infinity. A fraction may lose digits, but not all of them.
create or replace function is_exact(p_number numeric) returns boolean
language sql stable set search_path from current set extra_float_digits = 1
as $$
  select case
    when abs(p_number) < 9007199254740992 then p_number = 0 or abs(p_number) > 2.4703282292062328e-324
    when abs(p_number) > 1.7976931348623157e308 then false
    else p_number::float8::text::numeric = p_number end
$$;
