"""Checking an import: every row, against everything that saving the product would refuse."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select

from backend.catalog.areas.models import Area, Category
from backend.catalog.products.checks import check_content
from backend.catalog.products.content import ProductContentIn
from backend.catalog.products.models import Product, ProductVersion, Sku, VersionState
from backend.catalog.sheets.assembling import Assembled, Candidate, Place
from backend.catalog.sheets.faults import Fault
from backend.core.database import db
from backend.core.errors import DomainError

OPEN = (VersionState.draft, VersionState.review)
_CONTENT = ProductContentIn()
_SHEETS_OWN = {"product", "producer"}
_BATCH = 500


@dataclass(frozen=True)
class Verdict:
    """What would become of a product of the file: `new`, `changed`, `unchanged` or `bad`."""

    candidate: Candidate
    content: dict[str, Any] | None
    outcome: str

    @property
    def rows(self) -> dict[str, Any]:
        """Where the product stands in the file, for messages that come later."""
        skus, place = self.candidate.skus, self.candidate.place
        return {
            "sheet": place.sheet,
            "row": place.row,
            "sku_sheet": skus[0].sheet if skus else place.sheet,
            "sku_rows": [sku.row for sku in skus],
        }


def judge(producer_id: int, assembled: Assembled) -> Iterator[Verdict]:
    """Check each product as `save_draft` would, and compare it with what it says now.

    Faults are kept at the rows they belong to.
    """
    # Held, because the session only remembers what somebody holds.
    held = [*db.session.scalars(select(Category)), *db.session.scalars(select(Area))]
    candidates = assembled.candidates
    for first in range(0, len(candidates), _BATCH):
        batch = candidates[first : first + _BATCH]
        owners = _owners_of_sku_codes(batch)
        current = current_contents(producer_id, [candidate.code for candidate in batch])
        for candidate in batch:
            content = _load(candidate)
            _check_owners(producer_id, candidate, owners)
            if content is not None and not candidate.faults:
                _check(producer_id, candidate, content)
            yield _verdict(candidate, content, current)
    del held


def faults_of(assembled: Assembled) -> list[Fault]:
    """Everything that is wrong with the rows, in the order of the file."""
    places = [
        place for candidate in assembled.candidates for place in (candidate.place, *candidate.skus)
    ]
    places += assembled.strays
    places.sort(key=lambda place: (place.sheet, place.row))
    return [fault for place in places for fault in place.faults]


def _load(candidate: Candidate) -> dict[str, Any] | None:
    """The content as the schema makes it; what the schema refuses is told at its cell."""
    body = said_at(candidate.place)
    body["skus"] = [said_at(sku) for sku in candidate.skus]
    try:
        return dict(_CONTENT.load(body))
    except ValidationError as error:
        for path, message in _messages(error.messages, ()):
            _blame(candidate, path, message)
        return None


def said_at(place: Place) -> dict[str, Any]:
    """What a row says, as a client would send it."""
    return {name: value for name, value in place.values.items() if name not in _SHEETS_OWN}


def _messages(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Mapping):
        for key, below in node.items():
            yield from _messages(below, path if key == "_schema" else (*path, str(key)))
    elif isinstance(node, list):
        for below in node:
            yield from _messages(below, path)
    else:
        yield path, str(node)


def _blame(candidate: Candidate, path: Sequence[str], message: str) -> None:
    """Find the cell that `path` (as `skus.0.price_tiers`) speaks of."""
    place, member = candidate.place, path[0] if path else "code"
    if member == "skus":
        place, member = (
            (candidate.skus[int(path[1])], path[2] if len(path) > 2 else "code")
            if len(path) > 1
            else (place, "code")
        )
    if not place.blamed(member):
        place.blame(member, message)


def _check(producer_id: int, candidate: Candidate, content: dict[str, Any]) -> None:
    """The rules of products. Where one is broken, each SKU is asked for by itself."""
    error = _refusal(producer_id, content)
    if error is None:
        return
    if not (error.field or "").startswith("skus."):
        _tell(candidate, error)
        return
    for position, sku in enumerate(content["skus"]):
        alone = _refusal(producer_id, {**content, "skus": [sku]})
        if alone is not None:
            _tell(candidate, alone, position)
    if not candidate.faults:
        _tell(candidate, error)


def _refusal(producer_id: int, content: dict[str, Any]) -> DomainError | None:
    try:
        check_content(producer_id, content)
    except DomainError as error:
        return error
    return None


def _tell(candidate: Candidate, error: DomainError, position: int | None = None) -> None:
    path = (error.field or "code").split(".")
    if position is not None and path[0] == "skus":
        path[1] = str(position)
    _blame(candidate, path, plain_message(error))


def plain_message(error: DomainError) -> str:
    """What a refusal says, without the preamble that all bad input shares."""
    told = error.extra.get("errors")
    return str(told[0]["message"]) if told else error.message


def _owners_of_sku_codes(batch: Sequence[Candidate]) -> dict[str, tuple[int, str | None]]:
    """Producer and code of the products that have the SKU codes of these already."""
    codes = [sku.values["code"] for each in batch for sku in each.skus if "code" in sku.values]
    found = db.session.execute(
        select(Sku.code, Product.producer_id, Product.code.label("product_code"))
        .join(Product, Product.id == Sku.product_id)
        .where(Sku.code.in_(codes))
    )
    return {row.code: (row.producer_id, row.product_code) for row in found}


def _check_owners(
    producer_id: int, candidate: Candidate, owners: Mapping[str, tuple[int, str | None]]
) -> None:
    for sku in candidate.skus:
        owner = owners.get(sku.values.get("code", ""))
        if owner is not None and owner != (producer_id, candidate.code):
            mine = f"本主体的商品 {owner[1]}" if owner[0] == producer_id else "其他主体的商品"
            sku.blame("code", f"规格编码已被{mine}使用", "换一个没有用过的规格编码")


@dataclass(frozen=True)
class Current:
    """What a product says now: the open version's content, or else the listed one's."""

    content: dict[str, Any] | None
    in_review: bool


def current_contents(producer_id: int, codes: Sequence[str]) -> dict[str, Current]:
    """By code of product, for those that exist."""
    rows = db.session.execute(
        select(Product.code, ProductVersion.state, ProductVersion.content)
        .outerjoin(
            ProductVersion,
            (ProductVersion.product_id == Product.id)
            & ProductVersion.state.in_((*OPEN, VersionState.listed)),
        )
        .where(Product.producer_id == producer_id, Product.code.in_(codes))
    )
    found: dict[str, Current] = {}
    for row in rows:
        if row.code is not None and (row.code not in found or row.state in OPEN):
            found[row.code] = Current(row.content, row.state == VersionState.review)
    return found


def _verdict(
    candidate: Candidate, content: dict[str, Any] | None, current: Mapping[str, Current]
) -> Verdict:
    now = current.get(candidate.code)
    if now is not None and now.in_review and content is not None and now.content != content:
        candidate.place.blame("code", "该商品正在审核，不能修改", "先撤回审核，再导入")
    if content is None or candidate.faults:
        return Verdict(candidate, None, "bad")
    if now is None:
        return Verdict(candidate, content, "new")
    return Verdict(candidate, content, "unchanged" if now.content == content else "changed")
