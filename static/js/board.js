// The board asks for itself every half minute. When the network is gone it keeps what it shows and says since when.
(() => {
  "use strict";

  const REFRESH = 30_000;
  const TURN = 12_000;
  let shift = 0;
  let page = 0;
  let lostAt = "";

  const main = () => document.querySelector("[data-board]");
  const two = (number) => String(number).padStart(2, "0");
  const time = () => `${two(new Date().getHours())}:${two(new Date().getMinutes())}`;

  const say = () => {
    const line = main().querySelector("[data-lost]");
    line.hidden = !lostAt;
    line.textContent = lostAt && `Mất mạng từ ${lostAt}. Đây là số liệu lúc ${main().dataset.asked}; có mạng lại sẽ tự cập nhật.`;
  };

  const turn = () => {
    const pages = main().querySelectorAll("[data-page]");
    if (!pages.length) return;
    page %= pages.length;
    pages.forEach((one, place) => (one.hidden = place !== page));
    const place = main().querySelector("[data-place]");
    if (place) place.textContent = `Trang ${page + 1} trong ${pages.length}`;
  };

  const refresh = async () => {
    try {
      const answer = await fetch(location.pathname, { credentials: "omit" });
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-board]");
      if (!fresh) throw new Error("another page");
      main().replaceWith(fresh);
      lostAt = "";
      shift = (shift + 1) % 4;
      document.body.className = `board shift-${shift}`;
    } catch {
      lostAt ||= time();
    }
    turn();
    say();
  };

  setInterval(refresh, REFRESH);
  setInterval(() => { page += 1; turn(); }, TURN);
  setInterval(() => { main().querySelector("[data-clock]").textContent = time(); }, 1000);
  addEventListener("online", refresh);
  addEventListener("offline", () => { lostAt ||= time(); say(); });
})();
