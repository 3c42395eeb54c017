"""How WeChat's refusals look to our clients."""

from backend.core.errors import DomainError


class WeChatUnavailable(DomainError):
    code = "wechat_unavailable"
    status = 503
    message = "微信服务暂时不可用，请稍后再试"


class LoginCodeInvalid(DomainError):
    code = "login_code_invalid"
    status = 422
    message = "登录凭证无效或已过期，请重新进入小程序"


class LoginCodeUsed(DomainError):
    code = "login_code_used"
    status = 409
    message = "登录凭证已使用过，请重新进入小程序"


class BlockedByWeChat(DomainError):
    code = "blocked_by_wechat"
    status = 403
    message = "该微信账号被限制登录"


class TooManyLogins(DomainError):
    code = "wechat_too_frequent"
    status = 429
    message = "操作太频繁，请稍后再试"


class PhoneCodeInvalid(DomainError):
    code = "phone_code_invalid"
    status = 422
    message = "手机号凭证无效、已使用或已过期，请重新授权"


class AlreadyPaid(DomainError):
    code = "already_paid"
    status = 409
    message = "微信显示该订单已付款，请稍后查看订单"


class PaymentNotPossible(DomainError):
    code = "payment_not_possible"
    status = 409
    message = "微信支付拒绝了此次付款，请重新下单"
