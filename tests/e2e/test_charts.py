"""What a chart says in letters is not crossed by what it draws."""

from __future__ import annotations

import pytest

from desk.charts import bars, line
from tests.e2e.conftest import PHONE

pytestmark = pytest.mark.e2e

#: The boxes of each text and each line of the drawing, in its own units, once the portal's letters are there.
BOXES = """async (svg) => {
  document.body.innerHTML = `<figure class="chart">${svg}</figure>`;
  await document.fonts.ready;
  const box = (one) => { const { x, y, width, height } = one.getBBox(); return [x, y, x + width, y + height]; };
  const all = (name) => [...document.querySelectorAll(`.chart ${name}`)];
  return {
    texts: Object.fromEntries(all("text").map((one) => [one.textContent, box(one)])),
    lines: [...all("polyline"), ...all("line")].map(box),
    width: document.querySelector(".chart svg").viewBox.baseVal.width,
  };
}"""


@pytest.fixture
def boxes(browse):
    page = browse(PHONE)
    page.goto("/")
    return lambda chart: page.evaluate(BOXES, str(chart.svg))


@pytest.mark.parametrize("shares", [(0.99, 0.92), (0.92, 1.0), (0.95, 0.95), (1.0, 0.901)])
def test_no_line_runs_through_the_last_share_of_a_chart(boxes, shares):
    found = boxes(line("Đúng hạn theo tuần", "", [(f"0{n}/11", share) for n, share in enumerate(shares)]))
    words = f"{100 * shares[-1]:.1f}%".replace(".", ",")
    left, _, right, _ = found["texts"][words]
    assert right <= found["width"]
    assert all(end < left for _, _, end, _ in found["lines"])


@pytest.mark.parametrize("label", ["Hệ thống mạng, phần mềm", "Chờ cơ quan khác", "Khối lượng công việc"])
def test_a_label_of_a_bar_ends_before_the_axis(boxes, label):
    found = boxes(bars("Vì sao chậm", "", [(label, 3)]))
    axis = found["lines"][-1][0]
    assert found["texts"][label][2] <= axis - 4
