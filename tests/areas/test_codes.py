"""Area codes: levels, parents and ranges."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chunfeng.areas import codes

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def group(width: int) -> st.SearchStrategy[str]:
    digits = st.integers(0, 10**width - 1).map(lambda n: str(n).zfill(width))
    local = st.tuples(
        st.sampled_from(LETTERS), st.text("0123456789" + LETTERS, min_size=width - 1, max_size=width - 1)
    ).map("".join)
    return st.one_of(digits, local)


@st.composite
def area_codes(draw: st.DrawFn) -> str:
    depth = draw(st.integers(1, 7))
    parts = [str(draw(st.integers(10, 99)))]
    parts += [draw(group(codes.WIDTHS[i])) for i in range(1, depth)]
    if depth > 5:
        assume(parts[-1].strip("0"))
    return "".join(parts).ljust(12, "0")


@pytest.mark.parametrize(
    ("code", "level", "prefix", "parent"),
    [
        ("000000000000", 0, "", None),
        ("220000000000", 1, "22", "000000000000"),
        ("220100000000", 2, "2201", "220000000000"),
        ("220184000000", 3, "220184", "220100000000"),
        ("220184100000", 4, "220184100", "220184000000"),
        ("220184100001", 5, "220184100001", "220184100000"),
        ("220184100001A01", 6, "220184100001A01", "220184100001"),
        ("220184100001A01A02", 7, "220184100001A01A02", "220184100001A01"),
        ("2201A1000000", 3, "2201A1", "220100000000"),
        ("441900003000", 4, "441900003", "441900000000"),
        ("220184100000A01", 6, "220184100000A01", "220184100000"),
        ("2201A1A01000", 4, "2201A1A01", "2201A1000000"),
    ],
)
def test_level_prefix_and_parent(code: str, level: int, prefix: str, parent: str | None) -> None:
    assert codes.level(code) == level
    assert codes.prefix(code) == prefix
    assert codes.parent(code) == parent


@pytest.mark.parametrize(
    "text",
    ["", "2201", "22018400000", "0101000000000", "2201a1000000", "22O184000000", "220184100001000",
     "22018410000１", "220184100001A01A02A03", "A20184000000"],
)  # fmt: skip
def test_bad_code_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(codes.BadCode) as refused:
        codes.check(text)
    assert repr(text) in str(refused.value)


def test_ranges() -> None:
    assert codes.code_range("220100000000") == ("2201", "2202")
    assert codes.code_range("220900000000") == ("2209", "220:")
    assert codes.code_range("2201A9000000") == ("2201A9", "2201A:")
    assert codes.code_range("") == codes.code_range(codes.COUNTRY) == ("", "~")


def test_ancestors_nearest_last() -> None:
    assert codes.ancestors("220184100001") == [
        "000000000000", "220000000000", "220100000000", "220184000000", "220184100000"
    ]  # fmt: skip


def test_local_codes_skip_those_in_use() -> None:
    first = codes.next_local_code("220100000000", 3, set())
    assert first == "2201A1000000"
    assert codes.next_local_code("220100000000", 3, {first}) == "2201A2000000"
    assert codes.next_local_code("220184100001", 6, ()) == "220184100001A01"
    assert codes.next_local_code("220184100001A01", 7, ()) == "220184100001A01A01"
    assert codes.next_local_code("220184000000", 5, ()) == "220184000A01"
    with pytest.raises(codes.BadCode):
        codes.next_local_code("220184000000", 3, ())
    everything = {f"2201{letter}{n}000000" for letter in LETTERS for n in range(1, 10)}
    with pytest.raises(codes.BadCode, match="in use"):
        codes.next_local_code("220100000000", 3, everything)


def test_rebase() -> None:
    assert codes.rebase("220381100001", "220381000000", "220184000000") == "220184100001"
    assert codes.rebase("460322100000", "460300000000", "460000000000") == "460022100000"
    assert codes.rebase("469005101000", "469005000000", "460700000000") == "460700101000"
    with pytest.raises(codes.BadCode):
        codes.rebase("220382100000", "220381000000", "220184000000")


@given(area_codes())
def test_a_child_lies_in_every_ancestors_range(code: str) -> None:
    for above in codes.ancestors(code):
        lo, hi = codes.code_range(above)
        assert lo <= code < hi
        assert codes.contains(above, code)
        assert codes.level(above) < codes.level(code)


@given(area_codes(), area_codes())
def test_two_ranges_nest_or_are_apart(one: str, two: str) -> None:
    (lo1, hi1), (lo2, hi2) = codes.code_range(one), codes.code_range(two)
    apart = hi1 <= lo2 or hi2 <= lo1
    assert apart != (codes.contains(one, two) or codes.contains(two, one))
    assert (lo1 <= two < hi1) == codes.contains(one, two)


@given(area_codes(), st.integers(2, 7))
def test_a_new_local_code_is_inside_its_parent_and_free(code: str, at_level: int) -> None:
    if at_level <= codes.level(code):
        with pytest.raises(codes.BadCode):
            codes.next_local_code(code, at_level, ())
        return
    fresh = codes.next_local_code(code, at_level, ())
    assert codes.parent(fresh) == code and codes.level(fresh) == at_level and codes.is_local(fresh)


@given(area_codes())
def test_prefix_pads_back(code: str) -> None:
    assert codes.pad(codes.prefix(code)) == code
