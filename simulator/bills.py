"""Bills: what WeChat Pay counts of a day, as the CSV that merchants download.

Source: pay.weixin.qq.com, "申请交易账单", "申请资金账单", "下载账单", "交易账单字段说明",
"资金账单字段说明". Files begin with a byte order mark and end lines with CR LF, as real ones do;
the hash is taken of the file before compression.
"""

import gzip
import hashlib
import re
import secrets
from datetime import date, timedelta

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from . import clock, fundflow, modes, tradebill
from .errors import MerchantError
from .merchant import authenticate
from .world import here

blueprint = Blueprint("bills", __name__, url_prefix="/v3")
blueprint.before_request(authenticate)

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
KEPT_DAYS = 92
LINK_SECONDS = 300


@blueprint.get("/bill/tradebill")
def trade() -> ResponseReturnValue:
    """`?bill_date&bill_type=ALL|SUCCESS|REFUND&tar_type=GZIP` → hash and download address."""
    kind = _one_of("bill_type", ("ALL", "SUCCESS", "REFUND"), "ALL")
    return _offer(tradebill.written(here(), _bill_date(), kind))


@blueprint.get("/bill/fundflowbill")
def funds() -> ResponseReturnValue:
    """`?bill_date&account_type=BASIC&tar_type=GZIP`; only the basic account has movements."""
    account = _one_of("account_type", ("BASIC", "OPERATION", "FEES"), "BASIC")
    day = _bill_date()
    return _offer(fundflow.written(here(), day) if account == "BASIC" else None)


@blueprint.get("/billdownload/file")
def download() -> ResponseReturnValue:
    """The file itself: the request is signed, the answer is not. Good for five minutes."""
    bill = here().store.row(
        "SELECT * FROM bills WHERE token = ? AND created_at > ?",
        request.args.get("token", ""),
        clock.now() - LINK_SECONDS,
    )
    if bill is None:
        raise MerchantError(400, "INVALID_REQUEST", "下载地址无效或已过期，请重新申请账单")
    content = gzip.compress(bill["content"], mtime=0) if bill["gzip"] else bill["content"]
    return Response(content, content_type="application/octet-stream")


def _offer(text: str | None) -> ResponseReturnValue:
    compressed = request.args.get("tar_type") is not None
    _one_of("tar_type", ("GZIP",), "GZIP")
    if text is None:
        raise MerchantError(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    content = b"\xef\xbb\xbf" + text.encode()
    token = secrets.token_urlsafe(24)
    values = {"token": token, "content": content, "gzip": compressed, "created_at": clock.now()}
    here().store.add("bills", values)
    return jsonify(
        hash_type="SHA1",
        hash_value=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        download_url=f"{request.host_url}v3/billdownload/file?token={token}",
    )


def _bill_date() -> str:
    text = request.args.get("bill_date", "")
    try:
        day = date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise _bad_query("bill_date", text, "日期格式应为yyyy-MM-DD")
    today = date.fromisoformat(clock.day(clock.now()))
    newest = today if modes.take(here().store, "bill") == "any_day" else today - timedelta(days=1)
    if not today - timedelta(days=KEPT_DAYS) <= day <= newest:
        raise MerchantError(
            400, "INVALID_REQUEST", "账单日期应为三个月内且早于今天 (POST /control/bill-mode)"
        )
    return text


def _one_of(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = request.args.get(name, default)
    if value not in allowed:
        raise _bad_query(name, value, f"应为{'、'.join(allowed)}之一")
    return value


def _bad_query(name: str, value: str, issue: str) -> MerchantError:
    detail = {"field": name, "value": value, "issue": issue, "location": "query"}
    return MerchantError(400, "PARAM_ERROR", f"参数{name}错误: {issue}", detail)
