"""Subscribe messages (订阅消息): one consent is one message.

Source: developers.weixin.qq.com, "发送订阅消息" and its table of field limits.
"""

import json
import re
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from . import clock
from .errors import WeixinError
from .weixin import body_of_request, check_token
from .world import here

blueprint = Blueprint("messages", __name__)
blueprint.before_request(check_token)

FIELD_NAME = re.compile(r"([a-z_]+?)(\d{1,3})")
TIME = r"(\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}))"
CLOCK = r"(\d{1,2}:\d{2}(:\d{2})?)"
LIMITS = {
    "thing": re.compile(r".{1,20}", re.DOTALL),
    "number": re.compile(r"\d{1,32}(\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "time": re.compile(rf"{CLOCK}|{TIME}( ?{CLOCK}( ?~ ?({TIME} ?)?{CLOCK})?)?"),
    "date": re.compile(rf"{TIME}( ?{CLOCK})?"),
    "amount": re.compile(r"[^\w\s.]?\d{1,10}(\.\d{1,2})?元?"),
    "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
    "car_number": re.compile(r"\w{1,8}"),
    "name": re.compile(r"[A-Za-z .·]{1,20}|[^\d]{1,10}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "enum": re.compile(r".{1,20}"),
}


@blueprint.post("/cgi-bin/message/subscribe/send")
def send() -> ResponseReturnValue:
    """`{touser, template_id, page, data, miniprogram_state}`.

    Errors: 40003 unknown user, 40037 no template, 47003 a field, 43101 no consent.
    """
    body = body_of_request(47003, "argument invalid")
    store = here().store
    openid = body.data.get("touser")
    if not store.row("SELECT 1 FROM users WHERE openid = ?", str(openid)):
        raise WeixinError(40003, "invalid openid")
    template_id = body.data.get("template_id")
    if not isinstance(template_id, str) or not template_id:
        raise WeixinError(40037, "invalid template_id")
    page = body.optional_text("page", longest=1024)
    body.choice("miniprogram_state", {"developer", "trial", "formal"}, "formal")
    data = body.within("data").data
    for name, field in data.items():
        _check_field(name, field)
    with store.changing():
        consented = store.run(
            "UPDATE consents SET count = count - 1"
            " WHERE openid = ? AND template_id = ? AND count > 0",
            openid,
            template_id,
        )
        if not consented:
            raise WeixinError(43101, "user refuse to accept the msg")
        number = store.add(
            "messages",
            {
                "openid": openid,
                "template_id": template_id,
                "page": page,
                "data": json.dumps(data, ensure_ascii=False),
                "created_at": clock.now(),
            },
        )
    return jsonify(errcode=0, errmsg="ok", msgid=number)


def _check_field(name: str, field: Any) -> None:
    value = field.get("value") if isinstance(field, dict) else None
    if not isinstance(value, str) or not value:
        raise WeixinError(47003, f"argument invalid! data.{name}.value is empty")
    parts = FIELD_NAME.fullmatch(name)
    limit = LIMITS.get(parts[1]) if parts else None
    if limit is None or not limit.fullmatch(value):
        raise WeixinError(47003, f"argument invalid! data.{name}.value invalid")
