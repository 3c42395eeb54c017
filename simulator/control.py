"""Control of people: users, their codes and consents, what they were sent, and the reset."""

import re
import secrets
import string

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import calls, clock, modes
from .errors import ControlError, control_error
from .reading import Reader
from .store import Row, Store
from .world import here

blueprint = Blueprint("control", __name__, url_prefix="/control")

OPENID_PREFIX = "oSIM"
MOST_LISTED = 1000


def body_of_control(*, optional: bool = False) -> Reader:
    """The JSON of a control request; every refusal is a clear 400."""
    data = request.get_json(force=True, silent=True)
    if data is None and optional and not request.get_data():
        data = {}
    return Reader(data, control_error)


def limit_of_list(usual: int = 200) -> int:
    """`?limit=` of a list."""
    text = request.args.get("limit", str(usual))
    if not text.isdigit() or not 1 <= int(text) <= MOST_LISTED:
        raise ControlError(400, f"limit must lie between 1 and {MOST_LISTED}, got {text!r}")
    return int(text)


@blueprint.post("/users")
def put_user() -> ResponseReturnValue:
    """`{openid?, phone?, blocked?, unionid?}`: create or update; absent fields stay."""
    body = body_of_control(optional=True)
    body.only("openid", "phone", "blocked", "unionid")
    openid = body.optional_text("openid", longest=128) or _new_openid()
    phone, unionid = body.optional_text("phone", longest=32), body.optional_text("unionid")
    blocked = body.flag("blocked") if "blocked" in body.data else None
    store = here().store
    with store.changing():
        _ensure_user(store, openid)
        store.run(
            "UPDATE users SET phone = COALESCE(?, phone), unionid = COALESCE(?, unionid),"
            " blocked = COALESCE(?, blocked) WHERE openid = ?",
            phone,
            unionid,
            blocked,
            openid,
        )
        user = store.row("SELECT * FROM users WHERE openid = ?", openid)
    return jsonify(_user(user or {}))


@blueprint.get("/users")
def list_users() -> ResponseReturnValue:
    """The users, newest first."""
    sql = "SELECT * FROM users ORDER BY created_at DESC LIMIT ?"
    return jsonify(users=[_user(row) for row in here().store.rows(sql, limit_of_list())])


def _user(row: Row) -> Row:
    return row | {"blocked": bool(row["blocked"]), "created_at": clock.rfc3339(row["created_at"])}


def _ensure_user(store: Store, openid: str) -> None:
    store.run(
        "INSERT INTO users (openid, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        openid,
        clock.now(),
    )


def _new_openid() -> str:
    alphabet = string.ascii_letters + string.digits
    return OPENID_PREFIX + "".join(secrets.choice(alphabet) for _ in range(24))


@blueprint.post("/login-codes")
def login_code() -> ResponseReturnValue:
    """`{openid}` → `{code, openid}`, what `wx.login` gives; creates an unknown user."""
    body = body_of_control(optional=True)
    body.only("openid")
    openid = body.optional_text("openid", longest=128) or _new_openid()
    store = here().store
    with store.changing():
        _ensure_user(store, openid)
        code = _new_code(store, "login", openid, None)
    return jsonify(code=code, openid=openid)


@blueprint.post("/phone-codes")
def phone_code() -> ResponseReturnValue:
    """`{openid?, phone?}` → `{code}`, what the phone number button gives.

    Without `phone` it is the number of the user named.
    """
    body = body_of_control()
    body.only("openid", "phone")
    openid, phone = body.optional_text("openid"), body.optional_text("phone", longest=32)
    store = here().store
    if not phone:
        user = store.row("SELECT phone FROM users WHERE openid = ?", openid)
        phone = user["phone"] if user else None
    if not phone:
        raise ControlError(400, "phone must be given, or belong to the user named by openid")
    return jsonify(code=_new_code(store, "phone", openid, phone))


def _new_code(store: Store, kind: str, openid: str | None, phone: str | None) -> str:
    code = secrets.token_urlsafe(24)[:32]
    row = {"code": code, "kind": kind, "openid": openid, "phone": phone}
    store.add("codes", row | {"created_at": clock.now()})
    return code


@blueprint.post("/consents")
def consent() -> ResponseReturnValue:
    """`{openid, template_id, count}`: sets how many messages the user still agreed to."""
    body = body_of_control()
    body.only("openid", "template_id", "count")
    count = body.optional_integer("count", most=10**6)
    row = {
        "openid": body.text("openid", longest=128),
        "template_id": body.text("template_id", longest=128),
        "count": 1 if count is None else count,
    }
    here().store.run(
        "INSERT INTO consents (openid, template_id, count) VALUES (?, ?, ?)"
        " ON CONFLICT (openid, template_id) DO UPDATE SET count = excluded.count",
        *row.values(),
    )
    return jsonify(row)


@blueprint.get("/messages")
def list_messages() -> ResponseReturnValue:
    """`?openid=`: the subscribe messages that arrived, newest first."""
    rows = here().store.rows(
        "SELECT id, openid, template_id, page, data, created_at FROM messages"
        " WHERE ?1 IS NULL OR openid = ?1 ORDER BY id DESC LIMIT ?2",
        request.args.get("openid"),
        limit_of_list(),
    )
    return jsonify(
        messages=[
            row
            | {"data": calls.loaded(row["data"]), "created_at": clock.rfc3339(row["created_at"])}
            for row in rows
        ]
    )


@blueprint.post("/tokens/expiration")
def expire_tokens() -> ResponseReturnValue:
    """`{as?: "expired" | "revoked"}`: every access token stops working (42001 or 40001)."""
    body = body_of_control(optional=True)
    body.only("as")
    change = {"expired": "expires_at = 0", "revoked": "revoked = 1"}
    kind = body.choice("as", change, "expired")
    return jsonify(tokens=here().store.run(f"UPDATE tokens SET {change[kind]}"))


@blueprint.post("/bill-mode")
def bill_mode() -> ResponseReturnValue:
    """`{mode: "as_wechat" | "any_day"}`: whether today already has a bill."""
    body = body_of_control()
    body.only("mode")
    mode = body.choice("mode", modes.ALLOWED["bill"])
    modes.choose(here().store, "bill", mode)
    return jsonify(mode=mode)


@blueprint.get("/calls")
def list_calls() -> ResponseReturnValue:
    """`?path=` a regular expression: recent requests to WeChat, newest first, secrets hidden."""
    pattern = regular_expression("path", request.args.get("path", ""))
    return jsonify(calls=calls.listed(here().store, pattern, limit_of_list()))


def regular_expression(name: str, text: str) -> str:
    """`text` when it is a regular expression, else a 400 naming the field."""
    try:
        re.compile(text)
    except re.error as error:
        raise ControlError(400, f"{name} must be a regular expression: {error}") from error
    return text


@blueprint.post("/reset")
def reset() -> ResponseReturnValue:
    """Forget everything but credentials and access tokens."""
    here().store.reset()
    return jsonify(reset=True)
