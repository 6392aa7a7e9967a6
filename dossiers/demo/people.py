"""Invented people and organisations. Nobody here exists: ID numbers, tax codes and telephones are plainly made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from desk.vietnamese import fold

MALE, FEMALE = "Nam", "Nữ"


def words(text: str) -> list[str]:
    return text.split()


#: Family names and how many of a hundred people bear them, the rare ones for their letters.
FAMILIES = {
    "Nguyễn": 29, "Trần": 10, "Lê": 8, "Phạm": 7, "Hoàng": 4, "Vũ": 4, "Phan": 3, "Đặng": 3, "Bùi": 3, "Đỗ": 3,
    "Ngô": 2, "Dương": 2, "Đinh": 2, "Trịnh": 2, "Lại": 2, "Lưu": 1, "Đào": 1, "Đoàn": 1, "Mai": 1, "Cao": 1, "Tạ": 1,
    "Phùng": 1, "Chu": 1, "Kiều": 1, "Bạch": 1, "Hồ": 1, "Võ": 1, "Lý": 1, "Quách": 1, "Nghiêm": 1, "Thẩm": 1, "Lã": 1,
    "Khổng": 1, "Tống": 1, "Từ": 1, "Sầm": 1, "Cấn": 1, "Âu": 1, "Ngụy": 1, "Mẫn": 1,
}  # fmt: skip
MIDDLES = {
    MALE: words(
        "Văn Văn Văn Văn Văn Văn Đức Hữu Quang Minh Quốc Xuân Đình Ngọc Thế Mạnh Công Trọng Tiến Bá Sỹ Khắc Gia Nhật"
    ),
    FEMALE: words("Thị Thị Thị Thị Thị Thị Ngọc Thu Hồng Phương Kim Mỹ Diệu Quỳnh Thùy Bích Minh Thanh Như Tuyết Cẩm"),
}
GIVEN = {
    MALE: words(
        "Anh An Bách Bảo Bằng Bình Cảnh Chiến Chỉnh Cường Dũng Duy Đạt Đoàn Đức Giáp Hải Hiếu Hiển Hòa Hóa Hùng Huy "
        "Hưởng Khiêm Khởi Kiên Lãm Lâm Long Lộc Lợi Lực Lương Mẫn Nam Nghị Nghĩa Nhật Phong Phú Phúc Quân Quý Quyền "
        "Sáng Sơn Tấn Thắng Thọ Thuật Tĩnh Toản Trí Trọng Tuấn Tùng Tự Vĩnh Vượng"
    ),
    FEMALE: words(
        "Anh Ánh Chi Diễm Dung Duyên Đào Giang Hà Hảo Hằng Hậu Hiền Hoa Hoài Hồng Huế Huệ Hường Khánh Khuyên Lan Lệ "
        "Liễu Linh Lý Mai Mến Mỹ Nga Ngân Ngọc Nguyệt Nhung Như Oanh Phượng Quế Quyên Quỳnh Thảo Thắm Thoa Thơm Thu "
        "Thuận Thủy Thúy Thương Tính Trang Trà Trâm Tuyến Tuyết Uyên Vân Xuyến Yến"
    ),
}
#: Given names of an older fashion, with the rarer letters.
OLDER_GIVEN = {
    MALE: words(
        "Bền Bổng Cử Dẫn Dưỡng Dự Điển Đỉnh Độ Hẹn Hỗ Kế Khẳng Khỏe Kiệm Kỷ Lặng Lẫm Lĩnh Mới Nhẫn Ổn Phẩm Rõ Rỡ Sẵn "
        "Sử Sỹ Thẳng Thời Thể Thụ Tỏ Trữ Tỵ Ước Vẻ Vịnh Vỹ Xưởng"
    ),
    FEMALE: words(
        "Bé Bưởi Chè Cẩn Chắt Dậu Dịu Gấm Hẹ Lành Lãng Lụa Lượt Mão Mận Mơ Mùi Mỵ Ngát Nhạn Nhài Nhường Nữ Phấn Sen "
        "Sửu Tẻo Thỏa Trẻ Vẽ Vui Ý"
    ),
}
CHILDREN = (
    "Gia Khánh", "Bảo Khuê", "Minh Anh", "Hà My", "Đăng Khôi", "Tuệ Lâm", "An Nhiên", "Nhật Duy", "Khánh Vy",
    "Gia Bảo", "Minh Khuê", "Phúc An", "Quỳnh Chi", "Thảo Nguyên", "Hải Đăng", "Tường Vy", "Đức Minh", "Ngọc Diệp",
)  # fmt: skip
#: Names that do not follow the pattern: one word, very long, of other peoples of the country, with a hyphen.
UNUSUAL = {
    MALE: (
        "Út", "Giàng A Pháo", "Vừ Mí Já", "Y Blơ Niê", "Điểu K'Ré", "Lò Văn Ơn", "Hoàng A Phổng", "Kpă Y Lăng",
        "Tôn Thất Nguyễn Phúc Vĩnh Hưng Bảo Thiện", "Trần Nguyễn Đặng Hoàng Gia Khải Minh Quân", "Đỗ Quang Jean-Pierre",
    ),
    FEMALE: (
        "Mỵ", "H'Hen Êban", "Lường Thị Ỏn", "Vàng Thị Dợ", "Ksor H'Nhiên", "Sùng Thị Mỷ", "Quàng Thị Ỉn",
        "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Thị Quỳnh Khuyên Mỹ Nhung", "Nguyễn Lê Trần Thị Hoàng Phương Thảo Như Ý",
        "Nguyễn Thị Anne-Marie",
    ),
}  # fmt: skip
ORGANISATIONS = (
    "Công ty TNHH Thương mại và Dịch vụ vận tải Hoàng Phượng", "Công ty Cổ phần Xây dựng Sông Châu Giang",
    "Hợp tác xã Dịch vụ nông nghiệp Đồng Tiến", "Công ty TNHH May mặc Thiên Ý", "Trường Mầm non tư thục Hoa Sữa",
    "Công ty TNHH Một thành viên Cơ khí Đại Nghĩa", "Doanh nghiệp tư nhân Gỗ Mỹ Nghệ Cẩm Thủy",
    "Công ty Cổ phần Đầu tư Phát triển Hạ tầng và Vật liệu xây dựng Núi Ngọc Phủ Vân", "Quỹ tín dụng nhân dân Bến Đò",
    "Công ty TNHH Dược phẩm Kỷ Nguyên", "Văn phòng Luật sư Trọng Lễ", "Hội Sinh vật cảnh Bờ Sông",
    "Công ty TNHH Nội thất Ổn Định", "Chi nhánh Công ty Cổ phần Bưu kiện Tỷ Lộ", "Phòng khám đa khoa Khỏe Đẹp",
)  # fmt: skip

_TOTALS = list(accumulate(FAMILIES.values()))
_MOBILES = ("0912", "0904", "0988", "0356")


@dataclass(frozen=True)
class Person:
    """`number` runs through the whole demonstration; `birth` is an ISO date, or the year alone."""

    number: int
    name: str
    sex: str
    birth: str
    phone: str
    email: str
    home: int

    @property
    def born_in(self) -> int:
        return int(self.birth[:4])

    @property
    def id_number(self) -> str:
        """Province 035, sex and century, year of birth, and the running number with its plain zeros."""
        century = 0 if self.born_in < 2000 else 2
        return f"035{century + (self.sex == FEMALE)}{self.born_in % 100:02}{self.number:06}"

    @property
    def house(self) -> str:
        """The part of the address before the hamlet; nothing for every third."""
        return ("", f"Số {self.home % 90 + 1}", f"Số {self.home % 60 + 1}, ngõ {self.home % 17 + 2}")[self.home % 3]


@dataclass(frozen=True)
class Organisation:
    name: str
    tax_code: str
    phone: str
    home: int


def family_name(dice: Random) -> str:
    return dice.choices(list(FAMILIES), cum_weights=_TOTALS)[0]


def full_name(dice: Random, sex: str, family: str = "") -> str:
    """ "Trần Thị Hồng Nhung": two to four words, the family name given or drawn.

    "Văn" and "Thị" come first or not at all, "Văn" alone; no word comes twice.
    """
    family = family or family_name(dice)
    first, second = dice.choice(MIDDLES[sex]), dice.choice(MIDDLES[sex])
    given = dice.choice((OLDER_GIVEN if dice.random() < 0.2 else GIVEN)[sex])
    chance = dice.random()
    middles = [first] if chance < 0.72 else [first, second] if chance < 0.94 else []
    if first in ("Văn", second, given) or second in ("Văn", "Thị", given):
        middles = middles[:1]
    return " ".join([family, *(word for word in middles if word != given), given])


def person(seed: int, number: int) -> Person:
    """The person of that number: always the same one for the same seed."""
    dice = Random(f"{seed}/person/{number}")
    sex = dice.choice((MALE, FEMALE))
    name = dice.choice(UNUSUAL[sex]) if dice.random() < 0.03 else full_name(dice, sex)
    born = date(1936, 1, 1) + timedelta(days=int(dice.triangular(0, 72 * 365, 54 * 365)))
    year_only = born.year < 1955 and dice.random() < 0.3
    mailbox = "".join(letter for letter in fold(name).replace(" ", ".") if letter.isascii() and letter not in "'-")
    return Person(
        number=number,
        name=name,
        sex=sex,
        birth=str(born.year) if year_only else born.isoformat(),
        phone=f"{_MOBILES[number // 1000]}000{number % 1000:03}" if dice.random() < 0.9 else "",
        email=f"{mailbox}.{number}@thu.example" if dice.random() < 0.15 else "",
        home=dice.randrange(10_000),
    )


def organisation(dice: Random) -> Organisation:
    place = dice.randrange(len(ORGANISATIONS))
    branch = "-001" if ORGANISATIONS[place].startswith("Chi nhánh") else ""
    return Organisation(ORGANISATIONS[place], f"0700000{place + 1:03}{branch}", f"0226300050{place % 10}", place)


def child_name(dice: Random, father: str) -> str:
    """A child bears the father's family name and names that parents of today choose."""
    return f"{father.split()[0]} {dice.choice(CHILDREN)}"


def choose(dice: Random, crowd: Sequence[Person], day: date, ages: tuple[int, int]) -> Person:
    """Somebody whose age on that day fits; the last one tried where nobody does."""
    for _ in range(40):
        found = dice.choice(crowd)
        if ages[0] <= day.year - found.born_in <= ages[1]:
            break
    return found
