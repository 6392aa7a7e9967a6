// The staff pages' keys. Every action also works without this file: it only saves keystrokes.
(() => {
  "use strict";

  // F2, F4, F7, F9 press the button or link that shows the key.
  document.addEventListener("keydown", (event) => {
    if (!/^F\d+$/.test(event.key) || event.ctrlKey || event.altKey) return;
    const target = document.querySelector(`[data-key="${event.key}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  });

  // A scanner types into whatever has the focus and ends with Enter: what it types takes the focus off a step first.
  document.addEventListener("keydown", (event) => {
    const isLetter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey;
    if (isLetter && event.target.matches("[autofocus]:not(input)")) event.target.blur();
  });

  // The first field of a step, and after a refusal the one to mend, has the focus.
  const step = document.querySelector("form[data-step]");
  const fields = ":is(input, select, textarea):not([type=hidden])";
  (step?.querySelector(".is-invalid") || step?.querySelector(fields))?.focus();

  // One click, one request: a second one waits for the answer of the first.
  document.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget) return; // its answer comes elsewhere: the form stays in use
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // A letter's words are tried out after a pause in typing. A new frame each time keeps "back" free of old tries.
  const tried = document.querySelector("[data-try]");
  let pause;
  tried?.form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      const old = document.querySelector(`iframe[name="${tried.formTarget}"]`);
      const fresh = old.cloneNode();
      fresh.removeAttribute("src");
      old.replaceWith(fresh);
      tried.form.requestSubmit(tried);
    }, 1500);
  });

  const slip = document.querySelector("[data-slip]");
  document.querySelector("[data-print]")?.addEventListener("click", () => {
    slip.contentWindow.focus();
    slip.contentWindow.print();
  });

  const form = document.querySelector("[data-intake]");
  if (!form) return;
  const at = (id) => document.getElementById(id);
  const card = at("id_card");
  const procedure = at("id_procedure");
  // While the answer to Enter in the procedure field is on its way, "all papers" waits for the papers it will bring.
  let goOnAfterSwap = false;
  let tickAfterSwap = false;

  // Enter goes on to what is still missing; with nothing missing it saves.
  const papers = () => [...form.querySelectorAll("input[type=checkbox][name$='-given']")];
  const missing = () => {
    const empty = ["id_applicant_name", "id_address"].map(at).find((field) => !field.value.trim());
    if (empty) return empty;
    if (!form.elements.shown.value) return procedure;
    const named = form.querySelector("input[name^='paper-'][name$='-name']:not(:placeholder-shown)");
    return papers().some((box) => box.checked) || named ? null : papers()[0];
  };
  const goOn = (from) => {
    const next = missing();
    if (next && next !== from) next.focus();
    else form.requestSubmit(form.querySelector(".btn-xl"));
  };

  const tickAll = () => {
    papers().forEach((box) => (box.checked = true));
    papers()[0]?.focus();
  };

  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "F7" && !form.querySelector("[data-all-papers]")) {
      event.preventDefault(); // the browser has a use of its own for this key
      tickAfterSwap = goOnAfterSwap;
      return;
    }
    if (event.target === procedure && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const last = form.querySelectorAll(".picked-list .picked").length - 1;
      const pick = form.querySelector("#parts input[name=pick]");
      pick.value = Math.min(Math.max(Number(pick.value) + (event.key === "ArrowDown" ? 1 : -1), 0), Math.max(last, 0));
      htmx.trigger(procedure, "now");
      return;
    }
    if (event.key !== "Enter" || event.target.matches("button, a, summary")) return;
    event.preventDefault();
    if (event.target === card) {
      if (card.value.trim()) htmx.trigger(card, "scan");
      else goOn(card);
    } else if (event.target === procedure) {
      goOnAfterSwap = true;
      htmx.trigger(procedure, "now");
    } else {
      goOn(event.target);
    }
  });
  procedure.addEventListener("input", () => {
    form.querySelector("#parts input[name=pick]").value = "0";
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-read-card]")) {
      event.preventDefault();
      if (card.value.trim()) htmx.trigger(card, "scan");
    } else if (event.target.closest("[data-all-papers]")) {
      event.preventDefault();
      if (goOnAfterSwap) tickAfterSwap = true;
      else tickAll();
    }
  });

  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "applicant") {
      card.value = "";
      if (form.querySelector("[data-card-trouble]")) card.focus();
      else (at("id_phone").value ? procedure : at("id_phone")).focus();
    }
    if (event.target.id === "parts" && goOnAfterSwap) {
      goOnAfterSwap = false;
      goOn(procedure);
      if (tickAfterSwap) tickAll();
      tickAfterSwap = false;
    }
  });
  const giveUp = () => (goOnAfterSwap = tickAfterSwap = false);
  document.body.addEventListener("htmx:sendError", giveUp);
  document.body.addEventListener("htmx:responseError", (event) => {
    // The log-in ran out: the whole form travels through the log-in page and comes back.
    if (event.detail.xhr.status === 401) {
      if (event.detail.elt === card) form.requestSubmit(form.querySelector("[data-read-card]"));
      else if (goOnAfterSwap) form.requestSubmit();
    }
    giveUp();
  });

  // After an answer with errors, the first field to mend has the focus; else what Enter is asked for once more.
  const refused = form.querySelector("[role=alert]:not([data-card-trouble])");
  const wrong = form.querySelector(".is-invalid") || (refused && (missing() || form.querySelector(".btn-xl")));
  if (wrong) wrong.focus();
})();
