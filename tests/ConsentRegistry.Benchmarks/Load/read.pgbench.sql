\set n random(1, :videos)
SELECT published_at FROM consent.video
WHERE owner = 'c' || lpad(((:n - 1) / 10 + 1)::text, 7, '0') AND video = 'v' || lpad(:n::text, 8, '0');
