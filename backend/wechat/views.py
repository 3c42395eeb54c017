"""Login and phone number: WeChat proves them, accounts keeps them."""

from typing import Any

from backend.accounts.people import bind_phone
from backend.accounts.schemas import SessionOut
from backend.accounts.sessions import Session, log_in
from backend.accounts.tokens import UserBlocked
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller, public
from backend.core.database import commit_before_waiting
from backend.core.personal_data import mask_phone
from backend.wechat import errors
from backend.wechat.mini_program import mini_program
from backend.wechat.schemas import LoginIn, PhoneIn, PhoneOut

blueprint = Blueprint(
    "login", __name__, url_prefix="/v1", description="Login and phone number through WeChat."
)


@blueprint.post("/sessions")
@public()
@refuses(
    errors.LoginCodeInvalid,
    errors.LoginCodeUsed,
    errors.BlockedByWeChat,
    errors.TooManyLogins,
    errors.WeChatUnavailable,
    UserBlocked,
)
@blueprint.arguments(LoginIn)
@blueprint.response(201, SessionOut)
def log_in_with_wechat(body: dict[str, Any]) -> Session:
    """Log in with the code of `wx.login`; the first login makes the account.

    With `visitor_id`, the links opened before logging in now belong to the user.
    """
    commit_before_waiting()
    identity = mini_program().identify(body["code"])
    return log_in(identity.openid, identity.unionid, body["visitor_id"])


@blueprint.post("/me/phone")
@allow(Role.consumer)
@refuses(errors.PhoneCodeInvalid, errors.TooManyLogins, errors.WeChatUnavailable)
@blueprint.arguments(PhoneIn)
@blueprint.response(200, PhoneOut)
def set_phone(body: dict[str, str]) -> Any:
    """Bind the phone number that WeChat verified. It is kept encrypted."""
    commit_before_waiting()
    phone = mini_program().phone_number(body["code"])
    bind_phone(caller().user_id, phone)
    return {"phone_masked": mask_phone(phone)}
