"""The two statements behind `queries.due`. Both walls hold: ranges stand in them, and row-level security around."""

from __future__ import annotations

from chunfeng.people.queries import standing

_FAMILY = """
family(stands, id) AS (
    SELECT id, id FROM here
    UNION ALL
    SELECT family.stands, gone.id FROM family JOIN people_person gone ON gone.merged_into_id = family.id
)"""
"""Each person with the records merged into them: contacts stay with the record they were made for."""

_HERE = """p.merged_into_id IS NULL AND (
        (p.area_code >= %(lo)s AND p.area_code < %(hi)s) OR (p.current_area >= %(lo)s AND p.current_area < %(hi)s))"""
_PLACED = """p.id, p.household_id,
        CASE WHEN p.current_area >= %(lo)s AND p.current_area < %(hi)s THEN p.current_area
            ELSE p.area_code END AS spot"""

ARRIVALS = f"""
WITH RECURSIVE hit(lo, hi) AS (SELECT * FROM unnest(%(hit_lo)s::text[], %(hit_hi)s::text[])),
known(id) AS (
    SELECT p.id FROM people_person p JOIN hit ON p.work_area >= hit.lo AND p.work_area < hit.hi
    WHERE p.work_area <> '' AND {_HERE}
    UNION
    SELECT f.person_id FROM people_fact f JOIN hit ON f.place >= hit.lo AND f.place < hit.hi
    WHERE f.place <> '' AND f.kind = 'whereabouts' AND f."on" BETWEEN %(first)s AND %(on)s
    UNION
    SELECT coalesce(further.merged_into_id, record.merged_into_id, c.person_id)
    FROM people_contactrecord c JOIN hit ON c.origin >= hit.lo AND c.origin < hit.hi
    JOIN people_person record ON record.id = c.person_id
    LEFT JOIN people_person further ON further.id = record.merged_into_id
    WHERE c.origin <> '' AND (c.at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(on)s
),
here AS MATERIALIZED (
    SELECT {_PLACED} FROM people_person p JOIN known ON known.id = p.id WHERE {_HERE}
),
{_FAMILY},
said AS (
    SELECT DISTINCT ON (f.person_id) f.person_id AS id, f.value, f."on" AS day
    FROM here JOIN people_fact f ON f.person_id = here.id AND f.kind = 'return'
    WHERE f."on" <= %(on)s
    ORDER BY f.person_id, {standing.sql("f", until="%(on)s")}
),
done AS (
    SELECT family.stands AS id,
        max(c.at) FILTER (WHERE c.kind = %(kind)s AND c.outcome = %(reached)s) AS made,
        max(c.at) FILTER (WHERE EXISTS (SELECT FROM hit WHERE c.origin >= hit.lo AND c.origin < hit.hi)) AS came
    FROM family JOIN people_contactrecord c ON c.person_id = family.id
    WHERE (c.at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(on)s
    GROUP BY family.stands
),
listed AS (
    SELECT c.person_id AS id, max(coalesce(c.valid_from, (p.made_at AT TIME ZONE %(zone)s)::date)) AS day
    FROM here JOIN people_personcategory c ON c.person_id = here.id JOIN people_person p ON p.id = here.id
    WHERE c.category = %(returning)s AND (c.valid_to IS NULL OR c.valid_to >= %(on)s)
    GROUP BY c.person_id
),
named AS (
    SELECT i.person_id AS id, min(round.target_on) AS day
    FROM here JOIN people_callitem i ON i.person_id = here.id JOIN people_campaign round ON round.id = i.campaign_id
    WHERE round.kind = %(visit)s AND round.state = %(running)s
    GROUP BY i.person_id
),
arrived AS (
    SELECT here.id, here.spot, (done.made AT TIME ZONE %(zone)s)::date AS made, named.day AS named,
        CASE WHEN said.value = 'returned' THEN said.day
            WHEN said.value IS NULL THEN coalesce((done.came AT TIME ZONE %(zone)s)::date, listed.day)
            WHEN (done.came AT TIME ZONE %(zone)s)::date >= said.day THEN (done.came AT TIME ZONE %(zone)s)::date
        END AS day
    FROM here LEFT JOIN said ON said.id = here.id LEFT JOIN done ON done.id = here.id
    LEFT JOIN listed ON listed.id = here.id LEFT JOIN named ON named.id = here.id
)
SELECT id, spot, day, coalesce(named, day + %(days)s) AS target, coalesce(made >= day, false)
FROM arrived WHERE day BETWEEN %(first)s AND %(on)s
ORDER BY target, id
"""  # noqa: S608  (fragments of ours)

AGAIN = f"""
WITH RECURSIVE here AS MATERIALIZED (
    SELECT {_PLACED} FROM people_person p
    WHERE {_HERE} AND EXISTS (
        SELECT FROM people_personcategory c WHERE c.person_id = p.id AND c.category = ANY(%(categories)s)
        AND (c.valid_from IS NULL OR c.valid_from <= %(on)s) AND (c.valid_to IS NULL OR c.valid_to >= %(on)s))
),
{_FAMILY},
meant(stands, id) AS (
    SELECT stands, id FROM family
    UNION
    SELECT here.id, mate.id FROM here JOIN people_person mate ON mate.household_id = here.household_id
    WHERE %(homes)s
),
done AS (
    SELECT meant.stands AS id, (max(c.at) AT TIME ZONE %(zone)s)::date AS day
    FROM meant JOIN people_contactrecord c ON c.person_id = meant.id
    WHERE c.kind = %(kind)s AND c.outcome = %(reached)s
    GROUP BY meant.stands
)
SELECT here.id, here.spot, done.day, coalesce(done.day + %(days)s, %(on)s) AS target,
    coalesce(done.day > %(on)s::date - %(days)s, false)
FROM here LEFT JOIN done ON done.id = here.id
ORDER BY target, here.id
"""  # noqa: S608  (fragments of ours)
