"""National and provincial figures follow county class and registration."""

import pytest

from backend.catalog.areas.models import AreaClass
from backend.catalog.recognitions.figures import Figure, figure_of

N, P, ELSE = AreaClass.national, AreaClass.provincial, AreaClass.other


@pytest.mark.parametrize(
    ("registered_in", "comes_from", "figure"),
    [
        (N, N, Figure.national),
        (N, P, Figure.provincial),
        (P, N, Figure.provincial),
        (P, P, Figure.provincial),
        (N, ELSE, Figure.none),
        (ELSE, N, Figure.none),
        (P, ELSE, Figure.none),
        (ELSE, P, Figure.none),
        (ELSE, ELSE, Figure.none),
    ],
)
def test_a_sale_belongs_to_the_narrowest_figure_both_counties_allow(
    registered_in: AreaClass, comes_from: AreaClass, figure: Figure
) -> None:
    assert figure_of(registered_in, comes_from) is figure


def test_what_is_national_counts_in_the_provincial_figure_too() -> None:
    assert Figure.national.counts_in == {Figure.national, Figure.provincial}
    assert Figure.provincial.counts_in == {Figure.provincial}
    assert Figure.none.counts_in == set()
