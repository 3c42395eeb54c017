"""Redeeming on site: of two phones that scan together exactly one lets people in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from backend.core import clock, idempotency
from backend.core.database import db
from backend.core.errors import DomainError
from backend.core.ids import new_number
from backend.core.life import StepNotPossible, producer
from backend.core.paging import Page, page_of, read_cursor
from backend.core.personal_data import mask_name
from backend.orders.models import Order
from backend.orders.vouchers import guessing
from backend.orders.vouchers.codes import VoucherCodeMistyped, read_code
from backend.orders.vouchers.life import USE_UP, VOUCHERS, VoucherNotFound
from backend.orders.vouchers.models import Voucher, VoucherRedemption, VoucherState
from backend.orders.vouchers.worth import redeemed_fen


class VoucherUsed(DomainError):
    code = "voucher_used"
    message = "该券已核销"


class VoucherExpired(DomainError):
    code = "voucher_expired"
    message = "该券已过有效期"


class VoucherGivenBack(DomainError):
    code = "voucher_given_back"
    message = "该券已退款或正在退款"


class VoucherPersonsShort(DomainError):
    code = "voucher_persons_short"
    message = "该券剩余人数不足"


LOOK_ERRORS = (VoucherNotFound, VoucherCodeMistyped, guessing.TooManyUnknownCodes)
REDEMPTION_ERRORS = (
    *LOOK_ERRORS,
    VoucherUsed,
    VoucherExpired,
    VoucherGivenBack,
    VoucherPersonsShort,
    StepNotPossible,
    idempotency.KeyUsedOtherwise,
)


@dataclass(frozen=True)
class Look:
    """What the supplier sees before letting people in."""

    voucher: Voucher
    buyer: str | None
    """The receiver's name, masked."""
    last_redeemed_at: datetime | None


@dataclass(frozen=True)
class Redemption:
    """A redemption and the voucher it was of."""

    redemption: VoucherRedemption
    voucher: Voucher


@dataclass(frozen=True)
class Day:
    """One page of a day's redemptions, and what the whole day adds up to."""

    day: date
    page: Page[Redemption]
    redemptions: int
    persons: int
    value_fen: int


def look(producer_id: int, by: int, typed: str) -> Look:
    """The voucher behind a typed or scanned code, if it is one of the producer's.

    Raises `VoucherCodeMistyped`, `VoucherNotFound`, `TooManyUnknownCodes`.
    """
    guessing.require_few_misses(by)
    voucher = _find(producer_id, by, read_code(typed))
    name = db.session.scalar(select(Order.receiver_name).filter_by(id=voucher.order_id))
    return Look(voucher, mask_name(name) if name else None, _last_redeemed_at(voucher))


def redeem(producer_id: int, by: int, typed: str, persons: int, key: str) -> Redemption:
    """Let `persons` people of a voucher in. The same key again shows the same redemption.

    One guarded UPDATE decides: it waits for whoever has the row, then looks at what is left.
    Raises what `REDEMPTION_ERRORS` names.
    """
    guessing.require_few_misses(by)
    code = read_code(typed)
    no = new_number("V")
    body = {"producer": producer_id, "code": code, "persons": persons}
    earlier = idempotency.claim(by, "redeem_voucher", key, body, no)
    if earlier is not None:
        return _redemption(earlier)
    now = clock.now()
    voucher = db.session.scalars(
        update(Voucher)
        .where(
            Voucher.code == code,
            Voucher.producer_id == producer_id,
            Voucher.state == VoucherState.active,
            Voucher.valid_to > now,
            Voucher.persons - Voucher.persons_used >= persons,
        )
        .values(persons_used=Voucher.persons_used + persons)
        .returning(Voucher)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if voucher is None:
        raise _why_not(_find(producer_id, by, code), persons)
    if voucher.left == 0:
        VOUCHERS.take(Voucher.id == voucher.id, USE_UP, producer(by))
    used = voucher.persons_used
    redemption = VoucherRedemption(
        no=no,
        voucher_id=voucher.id,
        producer_id=producer_id,
        by_user_id=by,
        idempotency_key=key,
        persons=persons,
        persons_left=voucher.left,
        value_fen=redeemed_fen(voucher.paid_fen, used - persons, used, voucher.persons),
        at=now,
    )
    db.session.add(redemption)
    db.session.flush()
    return Redemption(redemption, voucher)


def redemptions_on(producer_id: int, day: date, *, limit: int, cursor: str | None) -> Day:
    """A producer's redemptions on a Shanghai day, the newest first, with the day's totals."""
    midnight = clock.midnight(day)
    on_day = (
        VoucherRedemption.producer_id == producer_id,
        VoucherRedemption.at >= midnight,
        VoucherRedemption.at < midnight + timedelta(days=1),
    )
    query = (
        select(VoucherRedemption, Voucher)
        .join(Voucher, Voucher.id == VoucherRedemption.voucher_id)
        .where(*on_day)
        .order_by(VoucherRedemption.id.desc())
        .limit(limit + 1)
    )
    if position := read_cursor(cursor, (int,)):
        query = query.where(VoucherRedemption.id < position[0])
    total = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(VoucherRedemption.persons), 0),
            func.coalesce(func.sum(VoucherRedemption.value_fen), 0),
        ).where(*on_day)
    ).one()
    found: Sequence[Redemption] = [Redemption(*row) for row in db.session.execute(query)]
    page = page_of(found, limit, lambda one: (one.redemption.id,))
    return Day(day, page, *(int(figure) for figure in total))


def _find(producer_id: int, by: int, code: str) -> Voucher:
    """The producer's own voucher; another producer's is as unknown as one that never was."""
    voucher = db.session.scalars(
        select(Voucher)
        .filter_by(code=code, producer_id=producer_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if voucher is None:
        guessing.count_miss(by)
        raise VoucherNotFound(field="code")
    return voucher


def _why_not(voucher: Voucher, persons: int) -> DomainError:
    """What keeps a voucher from being redeemed, as it stands now."""
    match voucher.state:
        case VoucherState.used:
            return VoucherUsed(field="code", redeemed_at=_told(_last_redeemed_at(voucher)))
        case VoucherState.refunding | VoucherState.refunded:
            return VoucherGivenBack(field="code", state=voucher.state)
    if voucher.valid_to <= clock.now():
        return VoucherExpired(field="code", valid_to=_told(voucher.valid_to))
    if voucher.left < persons:
        return VoucherPersonsShort(field="persons", persons_left=voucher.left)
    # It changed between the two looks, as when a refund has just been closed: scan again.
    return StepNotPossible(state=voucher.state, step="redeem")


def _last_redeemed_at(voucher: Voucher) -> datetime | None:
    last = select(func.max(VoucherRedemption.at)).filter_by(voucher_id=voucher.id)
    found: Any = db.session.scalar(last)
    return found if isinstance(found, datetime) else None


def _told(instant: datetime | None) -> str | None:
    """An instant as clients read it: RFC 3339 in Shanghai."""
    if instant is None:
        return None
    return instant.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")


def _redemption(no: str) -> Redemption:
    row = db.session.execute(
        select(VoucherRedemption, Voucher)
        .join(Voucher, Voucher.id == VoucherRedemption.voucher_id)
        .where(VoucherRedemption.no == no)
    ).one()
    return Redemption(*row)
