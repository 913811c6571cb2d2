"""Every rule finds its bad example on the line that it names, and nothing in its good one."""

import re

import pytest

from ckreg.core.check import RULES, check_document
from ckreg.core.check.document import ROOMS
from ckreg.core.check.examples import EXPERIMENT, page_of
from ckreg.core.text import spliced


@pytest.mark.parametrize("code", RULES)
def test_the_bad_example_is_found_and_the_good_one_is_not(code: str) -> None:
    page = page_of(RULES[code])
    found = [(problem.line, problem.file) for problem in RULES[code].problems(page.bad.subject())]
    assert (page.bad.line, page.bad.file) in found
    assert len(page.words) > 30
    assert list(RULES[code].problems(page.good.subject())) == []


@pytest.mark.parametrize("code", RULES)
def test_a_fix_leaves_nothing_to_fix(code: str) -> None:
    subject = page_of(RULES[code]).bad.subject()
    fixes = [problem.fix for problem in RULES[code].problems(subject) if problem.fix]
    if fixes:
        mended = spliced(subject.text, [splice for fix in fixes for splice in fix])
        assert code not in {problem.code for problem in check_document(mended, EXPERIMENT) if problem.fixable}


def test_codes_are_well_formed_and_stand_in_the_room_of_their_hundred() -> None:
    assert len(RULES) >= 40
    for code, rule in RULES.items():
        assert re.fullmatch(r"CK[1-7]\d\d", code)
        assert rule.title[0].islower() or rule.title.startswith(("Total", "Type", "Variables", "Epochs"))
        assert rule.find.__module__ in {room.__name__ for room in ROOMS}
