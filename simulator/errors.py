"""The refusals of the simulated parties, each in the form its real party uses."""

import secrets
from typing import Any


class WeixinError(Exception):
    """A refusal by api.weixin.qq.com: HTTP 200 with `errcode` and `errmsg`."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg

    def as_json(self) -> dict[str, Any]:
        """The body, with a request id as WeChat appends it."""
        numbers = "-".join(secrets.token_hex(4) for _ in range(3))
        return {"errcode": self.errcode, "errmsg": f"{self.errmsg} rid: {numbers}"}


class MerchantError(Exception):
    """A refusal by api.mch.weixin.qq.com: an HTTP status with `code` and `message`."""

    def __init__(
        self, status: int, code: str, message: str, detail: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail

    def as_json(self) -> dict[str, Any]:
        """The body."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail:
            body["detail"] = self.detail
        return body


class ControlError(Exception):
    """A refusal by the control API."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class PaymentRefusedError(Exception):
    """The WeChat app does not let the user pay; the text is what it tells the mini-program."""


def parameter_error(path: str, issue: str, value: Any) -> MerchantError:
    """400 PARAM_ERROR with the field's place, as APIv3 answers a bad request."""
    field = f"/body{path}"
    return MerchantError(
        400,
        "PARAM_ERROR",
        f"输入源“{field}”映射到值字段校验失败: {issue}",
        {"field": path, "value": value, "issue": issue, "location": "body"},
    )


def control_error(path: str, issue: str, value: Any) -> ControlError:
    """400 of the control API."""
    return ControlError(400, f"{path.removeprefix('/') or 'the body'} {issue}, got {value!r}")
