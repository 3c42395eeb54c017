"""To which figure a sale belongs: the 832 national counties, the provincial 51, or none.

National: the producer is registered in a national county and the goods come from one. The
provincial figure counts both classes, so whatever is national is provincial too.
"""

from enum import StrEnum

from backend.catalog.areas.models import AreaClass

_HELPED = {AreaClass.national, AreaClass.provincial}


class Figure(StrEnum):
    """The narrowest figure; `national` sales count in the provincial figure as well."""

    national = "national"
    provincial = "provincial"
    none = "none"

    @property
    def counts_in(self) -> frozenset["Figure"]:
        """Every figure that such a sale is added to."""
        both = {Figure.national: {Figure.national, Figure.provincial}}
        return frozenset(both.get(self, {self} - {Figure.none}))


def figure_of(registered_in: AreaClass, comes_from: AreaClass) -> Figure:
    """The figure for the class of the county of registration and that of the origin."""
    classes = {registered_in, comes_from}
    if classes == {AreaClass.national}:
        return Figure.national
    return Figure.provincial if classes <= _HELPED else Figure.none
