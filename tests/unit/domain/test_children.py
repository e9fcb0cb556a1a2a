"""Who a passport can be about."""

from datetime import date

import pytest

from passport_api.domain.children import Circumstance, check_birth
from unit.domain.builders import TODAY, field_refused


@pytest.mark.parametrize("born", [TODAY, date(2026, 8, 31), date(2015, 2, 28), date(2002, 9, 2), date(2001, 9, 2)])
def test_a_passport_is_for_somebody_who_is_under_25(born):
    check_birth(born, TODAY)


@pytest.mark.parametrize("born", [date(2026, 9, 2), date(2027, 9, 1), date.max])
def test_nobody_is_born_in_the_future(born):
    assert field_refused(check_birth, born, TODAY) == "/child/date_of_birth"


@pytest.mark.parametrize("born", [date(2000, 9, 1), date(1986, 1, 1), date.min])
def test_a_passport_is_not_for_somebody_who_is_26(born):
    assert field_refused(check_birth, born, TODAY) == "/child/date_of_birth"


def test_the_circumstances_are_those_of_the_design():
    assert {circumstance.value for circumstance in Circumstance} == {
        "previously_looked_after",
        "adopted",
        "kinship_care",
        "special_educational_needs",
    }
