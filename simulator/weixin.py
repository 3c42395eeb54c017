"""api.weixin.qq.com: who is there, and which token opens the rest.

Source: developers.weixin.qq.com, "小程序登录 code2Session", "获取稳定版接口调用凭据",
"获取手机号", "文本内容安全识别"; refusals are HTTP 200 with errcode and errmsg.
"""

import base64
import secrets
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import clock
from .errors import WeixinError
from .reading import Reader
from .store import Row, Store
from .world import here

blueprint = Blueprint("weixin", __name__)

CODE_SECONDS = 300
TOKEN_SECONDS = 7200
CHANGEOVER_SECONDS = 300
LONGEST_CHECKED = 2500
OPEN_ENDPOINTS = {"weixin.login", "weixin.stable_token", "weixin.plain_token"}


@blueprint.before_request
def require_token() -> None:
    """All but login and the token calls need a living access token in the query."""
    if request.endpoint not in OPEN_ENDPOINTS:
        check_token()


def check_token() -> None:
    """Refuse with 41001, 40001 or 42001 unless the query has a living access token."""
    token = request.args.get("access_token")
    if not token:
        raise WeixinError(41001, "access_token missing")
    row = here().store.row("SELECT * FROM tokens WHERE token = ?", token)
    if row is None or row["revoked"]:
        raise WeixinError(
            40001,
            "invalid credential, access_token is invalid or not latest,"
            " could get access_token by getStableAccessToken",
        )
    if row["expires_at"] <= clock.now():
        raise WeixinError(42001, "access_token expired")


def body_of_request(errcode: int = 47001, errmsg: str = "data format error") -> Reader:
    """The JSON of the request; every refusal of a field has the given errcode."""

    def refuse(path: str, issue: str, value: Any) -> WeixinError:
        return WeixinError(errcode, f"{errmsg}: {path} {issue}")

    data = request.get_json(force=True, silent=True)
    if not isinstance(data, dict):
        raise WeixinError(47001, "data format error")
    return Reader(data, refuse)


@blueprint.get("/sns/jscode2session")
def login() -> ResponseReturnValue:
    """`?appid&secret&js_code&grant_type` → `{openid, session_key, unionid}`."""
    args = request.args
    _check_app(args.get("appid"), args.get("secret"))
    if args.get("grant_type") != "authorization_code":
        raise WeixinError(40002, "invalid grant_type")
    if not args.get("js_code"):
        raise WeixinError(41008, "missing code")
    store = here().store
    code = _use_code(store, "login", args["js_code"])
    user = store.row("SELECT * FROM users WHERE openid = ?", code["openid"])
    if user is None:
        raise WeixinError(40029, "invalid code")
    if user["blocked"]:
        raise WeixinError(40226, "code blocked")
    session_key = base64.b64encode(secrets.token_bytes(16)).decode()
    answer = {"openid": user["openid"], "session_key": session_key}
    return jsonify(answer | ({"unionid": user["unionid"]} if user["unionid"] else {}))


def _check_app(appid: Any, secret: Any) -> None:
    facts = here().credentials
    if not appid:
        raise WeixinError(41002, "appid missing")
    if not secret:
        raise WeixinError(41004, "appsecret missing")
    if appid != facts.appid:
        raise WeixinError(40013, "invalid appid")
    if secret != facts.appsecret:
        raise WeixinError(40125, "invalid appsecret")


def _use_code(store: Store, kind: str, code: str) -> Row:
    with store.changing():
        row = store.row("SELECT * FROM codes WHERE code = ? AND kind = ?", code, kind)
        if row is None or row["created_at"] + CODE_SECONDS <= clock.now():
            raise WeixinError(40029, "invalid code")
        if row["used_at"]:
            raise WeixinError(40163, "code been used")
        store.run("UPDATE codes SET used_at = ? WHERE code = ?", clock.now(), code)
    return row


@blueprint.post("/cgi-bin/stable_token")
def stable_token() -> ResponseReturnValue:
    """`{grant_type, appid, secret, force_refresh}`: the same token until its last five minutes."""
    data = body_of_request().data
    _check_app(data.get("appid"), data.get("secret"))
    if data.get("grant_type") != "client_credential":
        raise WeixinError(40002, "invalid grant_type")
    store = here().store
    with store.changing():
        if data.get("force_refresh") is True:
            store.run("UPDATE tokens SET revoked = 1 WHERE kind = 'stable'")
        living = store.row(
            "SELECT * FROM tokens WHERE kind = 'stable' AND NOT revoked AND expires_at > ?"
            " ORDER BY expires_at DESC",
            clock.now() + CHANGEOVER_SECONDS,
        )
        return jsonify(_token_answer(living or _new_token(store, "stable")))


@blueprint.get("/cgi-bin/token")
def plain_token() -> ResponseReturnValue:
    """`?grant_type&appid&secret`: a new token every time, which ends the former one."""
    args = request.args
    _check_app(args.get("appid"), args.get("secret"))
    if args.get("grant_type") != "client_credential":
        raise WeixinError(40002, "invalid grant_type")
    store = here().store
    with store.changing():
        store.run("UPDATE tokens SET revoked = 1 WHERE kind = 'plain'")
        return jsonify(_token_answer(_new_token(store, "plain")))


def _new_token(store: Store, kind: str) -> Row:
    moment = clock.now()
    row = {
        "token": f"98_{secrets.token_urlsafe(100)}",
        "kind": kind,
        "created_at": moment,
        "expires_at": moment + TOKEN_SECONDS,
    }
    store.add("tokens", row)
    return row


def _token_answer(row: Row) -> dict[str, Any]:
    remaining = round(row["expires_at"] - clock.now())
    return {"access_token": row["token"], "expires_in": min(remaining, TOKEN_SECONDS)}


@blueprint.post("/wxa/business/getuserphonenumber")
def phone_number() -> ResponseReturnValue:
    """`{code}` → `phone_info`; the code works once within five minutes."""
    code = _use_code(here().store, "phone", body_of_request(40029, "invalid code").text("code"))
    return jsonify(
        errcode=0,
        errmsg="ok",
        phone_info={
            "phoneNumber": code["phone"],
            "purePhoneNumber": code["phone"],
            "countryCode": "86",
            "watermark": {"timestamp": int(clock.now()), "appid": here().credentials.appid},
        },
    )


@blueprint.post("/wxa/msg_sec_check")
def check_content() -> ResponseReturnValue:
    """`{version: 2, openid, scene, content}`: 违规 makes it risky, 复核 asks for review."""
    body = body_of_request(40097, "invalid args")
    body.integer("version", least=2, most=2)
    body.integer("scene", least=1, most=4)
    openid = body.text("openid")
    content = body.text("content")
    if len(content) > LONGEST_CHECKED:
        raise WeixinError(45002, "content size out of limit")
    if not here().store.row("SELECT 1 FROM users WHERE openid = ?", openid):
        raise WeixinError(40003, "invalid openid")
    suggest, label = "pass", 100
    if "违规" in content:
        suggest, label = "risky", 20006
    elif "复核" in content:
        suggest, label = "review", 21000
    result = {"suggest": suggest, "label": label}
    detail = [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}]
    trace = secrets.token_hex(12)
    return jsonify(errcode=0, errmsg="ok", result=result, detail=detail, trace_id=trace)
