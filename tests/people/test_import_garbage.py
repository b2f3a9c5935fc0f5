"""The collector of cyclic garbage is slowed for an import, and only for that."""

from __future__ import annotations

import gc

import pytest

from chunfeng.people.imports.garbage import collected_rarely


def test_the_usual_pace_comes_back_even_after_a_failure():
    usual = gc.get_threshold()
    with pytest.raises(KeyError), collected_rarely():
        assert gc.get_threshold()[0] > 10 * usual[0]
        raise KeyError
    assert gc.get_threshold() == usual
