"""Hunan's prefectures, and its counties with their class

The 40 national counties are on the list of the State Council's 832; the 11 provincial ones were
named by Hunan. Codes are GB/T 2260; 洪江管理区 bears its statistics code 431271.

Revision: 0004_areas, after: 0003_append_only
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0004_areas"
down_revision = "0003_append_only"
branch_labels = None
depends_on = None

DATA = Path(__file__).parent.parent / "data"
AREAS = sa.table(
    "areas",
    sa.column("code"),
    sa.column("name"),
    sa.column("prefecture_code"),
    sa.column("area_class"),
)


def upgrade() -> None:
    prefectures = [
        {"code": row["code"], "name": row["name"], "prefecture_code": None, "area_class": "other"}
        for row in _rows("hunan_prefectures.csv")
    ]
    counties = [
        {
            "code": row["code"],
            "name": row["name"],
            "prefecture_code": row["prefecture_code"],
            "area_class": row["class"],
        }
        for row in _rows("hunan_counties.csv")
    ]
    op.bulk_insert(AREAS, prefectures + counties)


def downgrade() -> None:
    op.execute("DELETE FROM areas")


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
