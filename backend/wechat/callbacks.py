"""Where WeChat Pay delivers its notices. A success is an empty 204, within five seconds."""

from flask import Response, request

from backend.core.api import Blueprint, refuses
from backend.core.caller import machine
from backend.wechat.notices import NoticeRefused, payment_notified, refund_notified, verify
from backend.wechat.pay import read_refund, read_transaction

blueprint = Blueprint(
    "wechat", __name__, url_prefix="/v1/wechat", description="Called by WeChat, never by a client."
)


@blueprint.post("/payment-notices")
@machine("WeChat Pay, by its signature")
@refuses(NoticeRefused)
@blueprint.response(204)
def receive_payment_notice() -> Response:
    """WeChat Pay says that a payment succeeded.

    Any other answer than 2xx makes WeChat send it again, up to fifteen times within a day.
    """
    notice = verify(request.headers, request.get_data())
    payment_notified.tell(notice, read_transaction(notice.content))
    return Response(status=204)


@blueprint.post("/refund-notices")
@machine("WeChat Pay, by its signature")
@refuses(NoticeRefused)
@blueprint.response(204)
def receive_refund_notice() -> Response:
    """WeChat Pay says how a refund ended."""
    notice = verify(request.headers, request.get_data())
    refund_notified.tell(notice, read_refund(notice.content))
    return Response(status=204)
