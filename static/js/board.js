// The board asks for itself every half minute. When no answer comes it keeps what it shows and says since when.
(() => {
  "use strict";

  const REFRESH = 30_000;
  const PATIENCE = 20_000;
  const TURN = 12_000;
  const ASSETS = { 'link[rel="stylesheet"]': "href", "script[src]": "src" };
  // a television often has another time zone, or none
  const clock = new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh" });
  let shift = 0;
  let page = 0;
  let lostAt = "";
  let isAsking = false;

  const main = () => document.querySelector("[data-board]");
  const time = () => clock.format(new Date());

  const say = () => {
    const line = main().querySelector("[data-lost]");
    line.hidden = !lostAt;
    line.textContent = lostAt && `Chưa cập nhật được từ ${lostAt}. Đây là số liệu lúc ${main().dataset.asked}; nối lại được sẽ tự cập nhật.`;
  };

  const turn = () => {
    const pages = main().querySelectorAll("[data-page]");
    if (!pages.length) return;
    page %= pages.length;
    pages.forEach((one, place) => (one.hidden = place !== page));
    const place = main().querySelector("[data-place]");
    if (place) place.textContent = `Trang ${page + 1} trong ${pages.length}`;
  };

  const ask = async (address) => {
    const patience = new AbortController();
    const over = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await fetch(address, { credentials: "omit", signal: patience.signal });
      if (!answer.ok) throw new Error(answer.status);
      return await answer.text();
    } finally {
      clearTimeout(over);
    }
  };

  // styles and scripts have other addresses after a change of the portal
  const assets = (of) => Object.entries(ASSETS).flatMap(([tag, name]) => [...of.querySelectorAll(tag)].map((one) => one.getAttribute(name)));

  const refresh = async () => {
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = new DOMParser().parseFromString(await ask(location.pathname), "text/html");
      const fresh = answer.querySelector("[data-board]");
      if (!fresh) throw new Error("another page");
      if (String(assets(answer)) !== String(assets(document))) {
        await Promise.all(assets(answer).map(ask)); // only what is all there replaces what is shown
        location.reload();
        return;
      }
      main().replaceWith(fresh);
      lostAt = "";
      shift = (shift + 1) % 4;
      document.body.className = `board shift-${shift}`;
    } catch {
      lostAt ||= time();
    } finally {
      isAsking = false;
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
