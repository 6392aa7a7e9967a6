// Typing paper ballots with the number keys: one key an answer, Enter for the ballot. Without this file the form sends
// one ballot at a time.
(() => {
  "use strict";

  const form = document.querySelector("[data-typing]");
  if (!form) return;
  const rows = [...form.querySelectorAll("[data-question]")];
  const number = form.elements.number;
  const save = form.querySelector("[data-save]");
  const trouble = form.querySelector("[data-trouble]");
  const again = form.querySelector("[data-again]");
  const sending = document.querySelector("[data-sending]");
  const last = document.querySelector("[data-last]");
  const typed = new Map(Object.entries(JSON.parse(form.dataset.ballots)).map(([key, marks]) => [Number(key), marks]));
  // What the server has not got yet: number → marks. A ballot typed again replaces what waits under its number.
  const waiting = new Map();
  const LAST = 12;
  const RETRY = 2000;
  let order = [...typed.keys()].slice(-LAST);
  let at = 0;
  let isSending = false;
  let held = null;

  const marked = (row) => row.querySelector("input:checked")?.value ?? "";
  const say = (words) => (trouble.textContent = words);

  const go = (place) => {
    at = Math.max(0, Math.min(place, rows.length));
    rows.forEach((row, index) => row.classList.toggle("is-current", index === at));
    const row = rows[at];
    if (row) (row.querySelector("input:checked") || row.querySelector("input")).focus();
    else save.focus();
  };

  const show = (wanted) => {
    number.value = wanted;
    const marks = typed.get(wanted) ?? "";
    again.hidden = !marks;
    rows.forEach((row, index) => {
      row.querySelectorAll("input").forEach((input) => (input.checked = input.value === marks[index]));
    });
    say("");
    go(0);
  };

  const total = () => {
    document.querySelectorAll("[data-total]").forEach((line, place) => {
      const values = [...rows[place].querySelectorAll("input")].map((input) => input.value);
      const counts = Object.fromEntries(values.map((value) => [value, 0]));
      typed.forEach((marks) => (counts[marks[place]] += 1));
      [...line.querySelectorAll("td")].forEach((cell, column) => (cell.textContent = counts[values[column]]));
    });
    document.querySelector("[data-typed]").textContent = typed.size;
    last.replaceChildren(
      ...[...order].reverse().map((one) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = `?so=${one}`;
        link.dataset.number = one;
        link.textContent = `Phiếu ${one}`;
        const marks = document.createElement("span");
        marks.className = "code";
        marks.textContent = typed.get(one);
        item.append(link, " ", marks);
        return item;
      }),
    );
  };

  const report = (words) => {
    sending.textContent = words || (waiting.size ? `${waiting.size} phiếu chưa gửi` : "đã lưu");
    sending.classList.toggle("is-waiting", waiting.size > 0);
  };

  // The form's own token may be older than a log-in in another window; the cookie is not.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken.value;

  const post = ([key, marks]) => {
    const body = new URLSearchParams({ number: key });
    [...marks].forEach((mark, place) => body.append(`q${place + 1}`, mark));
    const headers = { Accept: "application/json", "X-CSRFToken": token() };
    return fetch(form.action, { method: "POST", body, headers, signal: AbortSignal.timeout(20000) });
  };

  const later = (words) => {
    report(`${waiting.size} phiếu chưa gửi: ${words}`);
    setTimeout(send, RETRY);
  };

  const send = async () => {
    if (isSending || !waiting.size) return;
    isSending = true;
    const next = waiting.entries().next().value;
    let refused = "";
    let delay = "";
    try {
      const answer = await post(next);
      if (answer.ok) {
        if (waiting.get(next[0]) === next[1]) waiting.delete(next[0]);
      } else if (answer.status === 409) refused = (await answer.json()).error;
      else delay = answer.status === 401 || answer.status === 403 ? "xin đăng nhập lại ở cửa sổ khác" : "máy chủ đang bận";
    } catch {
      delay = "đang chờ mạng";
    }
    isSending = false;
    if (refused) {
      waiting.delete(next[0]); // to the end: what is refused holds up no other
      waiting.set(...next);
      report();
      say(`Phiếu ${next[0]} chưa lưu được: ${refused}`);
    } else if (delay) later(delay);
    else {
      report();
      if (waiting.size) send();
      else held?.requestSubmit();
    }
  };

  const keep = () => {
    const wanted = Number(number.value);
    if (!Number.isInteger(wanted) || wanted < 1) return say("Xin ghi số phiếu.");
    const open = rows.findIndex((row) => !marked(row));
    if (open >= 0) {
      go(open);
      return say(`Câu ${open + 1} chưa nhập. Nếu phiếu không đánh dấu, bấm 0.`);
    }
    const marks = rows.map(marked).join("");
    const wasThere = typed.has(wanted);
    typed.set(wanted, marks);
    waiting.delete(wanted);
    waiting.set(wanted, marks);
    order = [...order.filter((one) => one !== wanted), wanted].slice(-LAST);
    total();
    report();
    send();
    return show(wasThere ? Math.max(...typed.keys()) + 1 : wanted + 1);
  };

  const press = (key) => {
    const input = [...rows[at].querySelectorAll("input")].find((one) => one.value === key);
    if (!input) return say("Câu này không có mức ấy.");
    input.checked = true;
    say("");
    return go(at + 1);
  };

  const KEYS = {
    Backspace: () => {
      go(at - 1);
      rows[at].querySelectorAll("input").forEach((input) => (input.checked = false));
    },
    "+": () => show(Number(number.value) + 1),
    "/": () => number.select(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target === number && event.key === "Enter") {
      event.preventDefault();
      if (Number(number.value) >= 1) show(Number(number.value));
      return;
    }
    if (event.target !== document.body && !form.contains(event.target)) return;
    if (event.target === number) return;
    const mark = event.key === " " && event.target !== save ? "0" : event.key;
    if (/^\d$/.test(mark) && at < rows.length) {
      event.preventDefault();
      press(mark);
    } else if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    } else if (event.key === "Enter" && event.target === document.body) keep();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    keep();
  });
  form.addEventListener("click", (event) => {
    const place = rows.indexOf(event.target.closest("[data-question]"));
    if (event.target.matches("input") && event.detail && place >= 0) go(place + 1);
  });
  last.addEventListener("click", (event) => {
    const link = event.target.closest("[data-number]");
    if (!link) return;
    event.preventDefault();
    show(Number(link.dataset.number));
  });
  // What leaves the page waits until everything is sent, then goes by itself.
  document.querySelectorAll("[data-held]").forEach((one) => {
    one.addEventListener("submit", (event) => {
      if (!waiting.size) return;
      event.preventDefault();
      event.stopPropagation();
      held = one;
      say("Còn phiếu chưa gửi. Gửi hết, trang sẽ tự đi tiếp.");
    });
  });
  window.addEventListener("online", send);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.size) event.preventDefault();
  });
  go(0);
})();
