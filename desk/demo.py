"""The accounts of the demonstration: made by `seed_demo`, offered on the log-in page, never in production."""

from dataclasses import dataclass, field

PASSWORD = "phuly-demo"


@dataclass(frozen=True)
class Account:
    label: str
    full_name: str
    title: str
    roles: tuple[str, ...]
    ward_slug: str | None = None
    extra: dict[str, bool | str] = field(default_factory=dict)


ACCOUNTS = {
    "clerk": Account(
        "Cán bộ một cửa, phường Lê Hồng Phong", "Lê Thị Bích Ngọc", "cán bộ một cửa", ("clerk",), "le-hong-phong"
    ),
    "officer": Account(
        "Công chức chuyên môn, phường Lê Hồng Phong",
        "Đỗ Hữu Thắng",
        "công chức tư pháp – hộ tịch",
        ("officer",),
        "le-hong-phong",
    ),
    "leader": Account(
        "Lãnh đạo phường Lê Hồng Phong",
        "Trần Quốc Vượng",
        "Chủ tịch UBND phường",
        ("leader",),
        "le-hong-phong",
        {"power": "TM"},
    ),
    "clerk2": Account(
        "Cán bộ một cửa, phường Quang Trung", "Phạm Thị Nhuần", "cán bộ một cửa", ("clerk",), "quang-trung"
    ),
    "city": Account("Thành phố (xem mọi phường, xã)", "Nguyễn Thị Quế Anh", "Văn phòng thành phố", ("city",)),
    "admin": Account("Quản trị", "Quản trị hệ thống", "", (), None, {"is_superuser": True, "is_staff": True}),
}
