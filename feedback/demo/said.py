"""What people of the demonstration said, and what the ward answered. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass

from feedback.models import Contribution

Kind, Verdict = Contribution.Kind, Contribution.Verdict


@dataclass(frozen=True)
class Said:
    """`gist` is how a letter would say it, `about_dossier` whether it is about one."""

    kind: str
    words: str
    verdict: str
    answer: str
    change: str = ""
    gist: str = ""
    about_dossier: bool = False


SAID = (
    Said(
        Kind.IDEA, "Bậc thềm trước Bộ phận Một cửa cao quá, không có tay vịn. Các cụ trong tổ tôi và người đi "
        "xe lăn khó vào.",
        Verdict.ACCEPTED, "Ông/bà nói rất đúng. Chúng tôi đã làm lối dốc và đặt chuông gọi ở cổng, ai không "
        "tiện bước vào thì cán bộ ra đón.",
        "Làm xong lối dốc có tay vịn hai bên, kê thêm sáu ghế có tựa và đặt chuông gọi ở cổng",
        "bậc thềm trước Bộ phận Một cửa cao, không có tay vịn, người già và người đi xe lăn khó vào",
    ),
    Said(
        Kind.IDEA, "Bảng lệ phí treo cao, chữ nhỏ, người lớn tuổi đứng dưới không đọc được.",
        Verdict.ACCEPTED, "Chúng tôi đã in lại bảng lệ phí chữ to và treo ngang tầm mắt. Xin cảm ơn ông/bà.",
        "In lại bảng lệ phí chữ to gấp đôi, treo ngang tầm mắt ở cả hai quầy",
        "bảng lệ phí treo cao, chữ nhỏ, người lớn tuổi không đọc được",
    ),
    Said(
        Kind.IDEA, "Đầu giờ sáng đông, ai đến trước ai đến sau không rõ, nhiều khi chen nhau. Nên có số thứ tự.",
        Verdict.ACCEPTED, "Từ đầu tháng, quầy đã phát số thứ tự; người cao tuổi, phụ nữ có thai, người khuyết "
        "tật được mời trước.",
        "Phát số thứ tự từ 7 giờ 30, mời trước người cao tuổi, phụ nữ có thai và người khuyết tật",
        "đầu giờ sáng đông người mà chưa có số thứ tự",
    ),
    Said(
        Kind.IDEA, "Chỗ để xe nắng chang chang, xin phường làm mái che.",
        Verdict.ACCEPTED, "Chúng tôi đã căng mái che tạm và xin kinh phí làm mái tôn trong quý tới.",
        "Căng mái che chỗ để xe, thêm hai cây bóng mát",
        "chỗ để xe của người dân không có mái che",
    ),
    Said(
        Kind.IDEA, "Xin mở cửa cả sáng Chủ nhật cho người đi làm xa.",
        Verdict.NOTED, "Chúng tôi chưa đủ người để mở sáng Chủ nhật. Ông/bà có thể nộp qua Cổng Dịch vụ công "
        "quốc gia, "
        "hoặc gọi để chúng tôi hẹn nhận ngoài giờ.",
    ),
    Said(
        Kind.IDEA, "Nên có nước uống cho người ngồi chờ, nhất là các cụ.",
        Verdict.ACCEPTED, "Đã đặt bình nước và cốc giấy cạnh ghế chờ. Xin cảm ơn ông/bà đã nhắc.",
        "Đặt bình nước uống và cốc giấy cạnh ghế chờ",
        "người ngồi chờ, nhất là các cụ, chưa có nước uống",
    ),
    Said(
        Kind.COMPLAINT, "Bản trích lục in sai năm sinh của mẹ tôi, tôi phải đi lại hai lần mới xong.",
        Verdict.RIGHT, "Lỗi này của chúng tôi. Bản trích lục đã được in lại ngay, không thu thêm tiền. Xin "
        "ông/bà thứ lỗi.",
        "In lại bản trích lục ngay, không thu thêm tiền; từ nay người trả kết quả đọc lại từng dòng cùng người nhận",
        "Ngày nhận kết quả, ông/bà phải đi lại hai lần vì chúng tôi in sai năm sinh trên bản trích lục", True,
    ),
    Said(
        Kind.COMPLAINT, "Tôi hỏi giấy tờ mà mỗi người bảo một kiểu, phải về lấy thêm hai lần.",
        Verdict.RIGHT, "Chúng tôi đã xem lại và ông/bà nói đúng: hướng dẫn chưa thống nhất. Nay mỗi thủ tục có "
        "một tờ ghi đủ giấy tờ.",
        "In tờ hướng dẫn cho từng thủ tục, cán bộ đưa tận tay và đánh dấu giấy còn thiếu",
        "Cán bộ hướng dẫn giấy tờ không thống nhất, ông/bà phải về lấy thêm hai lần", True,
    ),
    Said(
        Kind.COMPLAINT, "Chứng thực có mấy trang mà thu 8.000 đồng, tôi thấy cao hơn chỗ khác.",
        Verdict.NOT_RIGHT, "Chúng tôi đã kiểm tra biên lai: lệ phí thu đúng mức niêm yết, tính theo từng bản. "
        "Bảng lệ phí treo ở hai quầy "
        "và có trên trang này. Xin cảm ơn ông/bà đã hỏi.",
    ),
    Said(
        Kind.COMPLAINT, "Loa của phường sáng nào cũng phát từ 5 giờ, nhà có trẻ nhỏ không ngủ được.",
        Verdict.ACCEPTED, "Chúng tôi đã bàn với tổ dân phố và lùi giờ phát. Xin lỗi gia đình vì những sáng mất ngủ.",
        "Loa phát thanh bắt đầu từ 6 giờ 30, nghỉ Chủ nhật",
        "loa phát thanh phát từ 5 giờ sáng, nhà có trẻ nhỏ không ngủ được",
    ),
    Said(
        Kind.COMPLAINT, "Gọi điện hỏi hồ sơ mấy lần không ai nghe máy.",
        Verdict.RIGHT, "Ông/bà nói đúng, buổi trưa không có người trực. Xin ông/bà thứ lỗi.",
        "Phân công trực điện thoại cả buổi trưa",
        "Ông/bà gọi điện hỏi hồ sơ nhiều lần mà không ai nghe máy",
    ),
    Said(
        Kind.PRAISE, "Cô cán bộ ân cần lắm, mắt tôi kém mà được đọc cho nghe từng dòng rồi mới ký.",
        Verdict.NOTED, "Xin cảm ơn ông/bà. Chúng tôi đã đọc lời này trong buổi giao ban để cả nơi làm việc cùng vui.",
        gist="cán bộ tiếp dân ân cần, mắt kém mà được đọc cho nghe từng dòng rồi mới ký",
    ),
    Said(
        Kind.PRAISE, "Hẹn thứ Sáu mà thứ Năm đã gọi ra lấy. Làm việc như thế dân rất phấn khởi.",
        Verdict.NOTED, "Cảm ơn ông/bà. Chúng tôi sẽ cố gắng giữ như vậy.",
        gist="hẹn thứ Sáu mà thứ Năm đã có kết quả, làm việc như thế dân rất phấn khởi",
    ),
    Said(
        Kind.PRAISE, "Các cháu đến tận nhà nhận hồ sơ cho bố tôi, nói năng nhẹ nhàng, lại còn dặn dò cẩn thận.",
        Verdict.NOTED, "Xin cảm ơn ông/bà và gia đình. Đến tận nhà là việc chúng tôi vui được làm.",
        gist="cán bộ đến tận nhà nhận hồ sơ, nói năng nhẹ nhàng, dặn dò cẩn thận",
    ),
)  # fmt: skip
#: How people say it in other words, so that a list does not look like one person's.
OPENINGS = ("", "", "", "Kính gửi phường. ", "Thưa các anh chị. ")

TOPICS = (
    (
        "Vệ sinh môi trường và thu gom rác ở các tổ dân phố",
        "Người dân nêu 11 ý kiến, tập trung vào giờ thu gom rác và điểm tập kết ở đầu ngõ 48. Chủ tịch đã trả "
        "lời từng ý kiến, "
        "nhận làm hai việc có ngày.",
        ("Chuyển điểm tập kết rác khỏi cổng trường mầm non", "Đã chuyển về bãi sau chợ, làm rào che"),
        ("Xe rác đi hai lượt một ngày ở các ngõ nhỏ", ""),
    ),
    (
        "Cải cách thủ tục hành chính: một năm làm theo “4 xin, 4 luôn”",
        "Bộ phận Một cửa báo cáo số hồ sơ đúng hẹn, số thư xin lỗi đã gửi. Người dân hỏi nhiều về hồ sơ đất đai "
        "và giờ tiếp dân.",
        ("Niêm yết số điện thoại người đứng đầu ở cả hai quầy", "Đã niêm yết, kèm giờ nghe máy"),
        ("Mở thêm một buổi nhận hồ sơ vào sáng thứ Bảy đầu tháng", ""),
    ),
    (
        "Đường ngõ, thoát nước trước mùa mưa",
        "Các tổ trưởng nêu bảy điểm ngập. Phường nhận nạo vét ba điểm bằng kinh phí của mình và kiến nghị thành "
        "phố với bốn điểm còn lại.",
        ("Nạo vét ba điểm ngập ở Tổ 2, Tổ 4, Tổ 6", "Đã nạo vét xong cả ba điểm trước mùa mưa"),
        ("Báo lại kết quả kiến nghị thành phố về bốn điểm ngập", ""),
    ),
)  # fmt: skip
QUESTIONS = (
    ("Bao giờ ngõ chúng tôi có đèn đường?", "Đã có kế hoạch lắp trong quý này, xin công bố lịch từng ngõ trên "
    "bảng tin.", True),
    ("Hồ sơ đất của nhà tôi sao lâu thế?", "Cán bộ địa chính đã hẹn gặp riêng gia đình để trả lời cụ thể.", False),
    ("Người già có được làm giấy tờ tại nhà không?", "Được. Ông/bà gọi Bộ phận Một cửa, chúng tôi hẹn ngày "
    "đến.", True),
)  # fmt: skip
RULE = (
    "Quy định về tiếp dân của phường",
    "1. Đón người dân trong vòng 5 phút; bận thì xin lỗi và nói rõ phải chờ bao lâu.\n"
    "2. Người cao tuổi, người khuyết tật, phụ nữ có thai được mời trước.\n"
    "3. Không hướng dẫn giấy tờ bằng lời: đưa tờ hướng dẫn và đánh dấu giấy còn thiếu.\n"
    "4. Hẹn thì giữ lời; không giữ được thì xin lỗi bằng thư trước giờ hẹn.",
)
