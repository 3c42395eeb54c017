"""Imports that have been checked or applied, without HTTP and without a worker."""

from backend.catalog.sheets import applying, check_runs, receiving
from backend.core.database import transaction
from backend.core.life import producer
from tests.catalog.sheets.books import product_row, sku_row, workbook


def imports_of(producer_id: int, by: int) -> tuple[str, str]:
    """Numbers of two imports of a producer: one checked, with an error; one applied."""
    wrong = workbook([product_row("S1"), product_row("S2")], [sku_row("S1"), sku_row("S3")])
    good = workbook([product_row("S4")], [sku_row("S4")])
    numbers = []
    for content in (wrong, good):
        with transaction():
            upload = receiving.Upload("tea.xlsx", content)
            key = f"a-key-{len(numbers)}-of-the-world"
            no = receiving.receive(producer_id, upload, producer(by), key).no
        check_runs.check(no)
        numbers.append(no)
    with transaction():
        receiving.start_applying(numbers[1], producer(by), mode="all", submit=True)
    applying.apply(numbers[1])
    return numbers[0], numbers[1]
