"""What a producer is and what its credit code says must be the same."""

from backend.catalog.producers.models import ProducerKind
from backend.core.credit_codes import BODIES, what_is_wrong
from backend.core.errors import InvalidInput

NAMES = {
    ProducerKind.firm: "企业",
    ProducerKind.cooperative: "农民专业合作社",
    ProducerKind.village_collective: "村集体经济组织",
    ProducerKind.family_farm: "家庭农场",
    ProducerKind.sole_trader: "个体工商户",
}

CODE_BEGINS = {
    ProducerKind.firm: ("91",),
    ProducerKind.cooperative: ("93",),
    ProducerKind.village_collective: ("N2",),
    # A family farm is registered as a sole trader or as a sole proprietorship, which is a firm.
    ProducerKind.family_farm: ("92", "91"),
    ProducerKind.sole_trader: ("92",),
}


def check_credit_code(kind: ProducerKind, code: str) -> None:
    """Refuse a code that is none, or that belongs to another kind of body (`InvalidInput`)."""
    wrong = what_is_wrong(code)
    if wrong is None and code[:2] not in CODE_BEGINS[kind]:
        body = BODIES.get(code[:2], "其他机构")
        wrong = f"{code[:2]} 开头的代码属于{body}，与主体类型“{NAMES[kind]}”不符"
    if wrong is not None:
        raise InvalidInput(wrong, field="credit_code")
