// The page by the door: one tap, thanks, and back to the start. What is tapped waits in this browser until the server
// has it; every tap has a number of its own, so that it counts once however often it is sent.
(() => {
  "use strict";

  const kiosk = document.querySelector("[data-kiosk]");
  const part = (name) => kiosk.querySelector(`[data-${name}]`);
  const STORE = "khao-sat-cho-gui";
  const THANKS = 4; // seconds
  const IDLE = 30;
  const AGAIN = 15;
  const SLIP = /\/(hs|khao-sat)\/[\w-]{22}\/?$|^[0-9A-Z.]+-\d{6}-\d{4,}$/i;

  // what waits
  let waiting = [];
  try {
    waiting = JSON.parse(localStorage.getItem(STORE)) || [];
  } catch {
    // nothing kept, or nothing may be kept: then the open page remembers
  }
  const keep = () => {
    try {
      localStorage.setItem(STORE, JSON.stringify(waiting));
    } catch {
      // as above
    }
    kiosk.dataset.unsent = waiting.length;
    part("waiting").hidden = waiting.length === 0 || navigator.onLine;
  };

  let isSending = false;
  const send = async () => {
    if (isSending || !navigator.onLine) return;
    isSending = true;
    try {
      while (waiting.length) {
        const tap = waiting[0];
        const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams(tap) });
        if (answer.status === 403) return location.reload(); // no longer paired: the page says so, the taps stay
        if (answer.status !== 204 && answer.status !== 400) return;
        waiting = waiting.filter((one) => one.number !== tap.number);
        keep();
      }
    } catch {
      // no network: they wait
    } finally {
      isSending = false;
    }
  };
  window.addEventListener("online", send);
  window.addEventListener("offline", keep);
  setInterval(send, AGAIN * 1000);

  // what is shown
  let scan = "";
  let left = 0;
  let clock;
  const show = (state, seconds = 0) => {
    kiosk.querySelectorAll("[data-when]").forEach((one) => {
      one.hidden = !one.dataset.when.split(" ").includes(state);
    });
    part("unread").hidden = true;
    part("hint").hidden = false;
    clearInterval(clock);
    if (state === "start") scan = "";
    left = seconds;
    part("left").textContent = left;
    if (seconds) clock = setInterval(tick, 1000);
  };
  const tick = () => {
    left -= 1;
    part("left").textContent = left;
    if (left <= 0) show("start");
  };
  part("back").addEventListener("click", () => show("start"));
  document.addEventListener("pointerdown", () => {
    if (scan) left = IDLE;
  });

  // a tap
  const newNumber = () => {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  kiosk.querySelector(".faces").addEventListener("click", (event) => {
    const face = event.target.closest("button");
    if (!face) return;
    waiting.push({ number: newNumber(), value: face.value, scan });
    keep();
    scan = "";
    face.blur();
    show("thanks", THANKS);
    send();
  });

  // the scanner types like a keyboard and ends with Enter
  let typed = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.timeStamp - last > 1000) typed = "";
    last = event.timeStamp;
    if (event.key.length === 1 && !event.ctrlKey && !event.altKey) {
      if (event.key === " " && !typed) return; // the space bar presses a face
      typed += event.key;
    } else if (event.key === "Enter" && typed) {
      event.preventDefault();
      const text = typed.trim();
      typed = "";
      if (SLIP.test(text)) {
        scan = text;
        show("slip", IDLE);
      } else {
        show("start");
        part("hint").hidden = true;
        part("unread").hidden = false;
      }
    }
  });

  keep();
  send();
})();
