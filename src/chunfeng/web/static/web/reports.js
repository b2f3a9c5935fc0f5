// Filling in a report: taking a figure over, keeping what is not sent yet, ticking many rows. Pages work without it.
"use strict";
const fill = document.querySelector("form[data-draft]");
const store = {
  read: (name) => { try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; } },
  write: (name, value) => { try { sessionStorage.setItem(name, JSON.stringify(value)); return true; } catch { return false; } },
  drop: (name) => { try { sessionStorage.removeItem(name); } catch { /* no storage: nothing kept */ } },
};
const clock = () => new Date().toTimeString().slice(0, 5);
const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

// a page that shows a filing lays down the draft it came from
for (const done of document.querySelectorAll("[data-acknowledged]")) {
  const draft = store.read(done.dataset.draftOf);
  if (!draft) continue;
  if (done.dataset.acknowledged.split(" ").includes(draft.key)) store.drop(done.dataset.draftOf);
  else for (const note of document.querySelectorAll("[data-unsent]")) note.hidden = false;
}

if (fill) {
  const name = fill.dataset.draft;
  const fields = () => [...fill.elements].filter((e) => e.name && e.type !== "hidden" && !("personal" in e.dataset));
  const held = () => {
    const values = {};
    for (const e of fields()) {
      if (e.type === "radio" || e.type === "checkbox") { if (e.checked) values[e.name] = [...(values[e.name] || []), e.value]; }
      else values[e.name] = [e.value];
    }
    return values;
  };
  const untouched = JSON.stringify(held());
  const kept = fill.querySelector("[data-kept]");
  const restored = fill.querySelector("[data-restored]");
  const note = fill.querySelector("[data-draft-note]");

  const draft = store.read(name);
  // a page shown again by the server already holds what was typed
  if (draft && !("shownAgain" in fill.dataset) && JSON.stringify(draft.values) !== untouched) {
    for (const e of fields()) {
      const values = draft.values[e.name] || [];
      if (e.type === "radio" || e.type === "checkbox") e.checked = values.includes(e.value);
      else if (values.length) e.value = values[0];
    }
    fill.elements.key.value = draft.key;
    restored.hidden = false;
    restored.querySelector("time").textContent = draft.at;
    restored.querySelector("button").addEventListener("click", () => { store.drop(name); location.reload(); });
    // the boxes for comments come with the look at the figures: what was typed there follows
    const boxes = new MutationObserver(() => {
      for (const box of fill.querySelectorAll("textarea[name^='comment-']"))
        if (!box.value && draft.values[box.name]) box.value = draft.values[box.name][0];
      boxes.disconnect();
    });
    boxes.observe(document.getElementById("doubts"), { childList: true });
    const figure = fields().find((e) => e.value && e.dataset.number !== undefined);
    // htmx listens from DOMContentLoaded on
    if (figure) document.addEventListener("DOMContentLoaded", () => setTimeout(() => changed(figure), 0));
  }

  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const values = held();
      if (JSON.stringify(values) === untouched && !("shownAgain" in fill.dataset)) { store.drop(name); note.hidden = true; return; }
      if (!store.write(name, { key: fill.elements.key.value, at: clock(), values })) return;
      note.hidden = false;
      kept.textContent = clock();
    }, 250);
  };
  fill.addEventListener("input", keep);
  fill.addEventListener("change", keep);

  // one tap takes a figure over, and the page says where it came from
  const take = (button) => {
    const field = document.getElementById(button.dataset.take);
    field.value = button.dataset.value;
    const from = field.closest(".ask").querySelector("[data-from]");
    from.textContent = button.dataset.says;
    from.hidden = false;
    changed(field);
  };
  for (const button of fill.querySelectorAll("button[data-take]")) button.addEventListener("click", () => take(button));
  for (const button of fill.querySelectorAll("button[data-take-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const each of fill.querySelectorAll("button[data-take][data-stock]"))
        if (!document.getElementById(each.dataset.take).value) take(each);
    });
  }
  fill.addEventListener("input", (event) => {
    event.target.removeAttribute("aria-invalid"); // corrected: the next look at the figures says whether it is right
    const from = event.target.closest(".ask")?.querySelector("[data-from]");
    if (from) from.hidden = true;
  });

  // totals of breakdowns, and the tick that takes a figure back once its cell was emptied
  const refresh = (event) => {
    for (const total of fill.querySelectorAll("[data-total]")) {
      const parts = [...total.closest(".breakdown").querySelectorAll("input[data-number]")].map((e) => e.value.replace(/[\s,，]/g, ""));
      const numbers = parts.filter((text) => text !== "").map(Number);
      const places = Number(total.dataset.total);
      total.textContent = numbers.length && numbers.every(Number.isFinite) ? numbers.reduce((a, b) => a + b, 0).toFixed(places) : "—";
    }
    const back = event?.target.closest?.(".ask")?.querySelector("[data-back]");
    if (back) {
      back.hidden = Boolean(event.target.value);
      if (event.target.value) back.querySelector("input").checked = false;
    }
  };
  fill.addEventListener("input", refresh);
  fill.addEventListener("change", (event) => { if (event.target.matches("input[data-number]")) refresh(event); });
  refresh();

  // the key "next" of the telephone's keyboard goes to the next figure, not into the report
  fill.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input[data-number]")) return;
    event.preventDefault();
    const inputs = [...fill.querySelectorAll("input[data-number]")];
    const next = inputs[inputs.indexOf(event.target) + 1];
    if (next) next.focus(); else event.target.blur();
  });
  fill.querySelector("[aria-invalid=true]")?.focus();
}

// many rows: one tick for all that are shown, and a count in words beside the buttons
for (const box of document.querySelectorAll("[data-ticks]")) {
  const ticks = () => [...box.querySelectorAll("input[name=office]:not(:disabled)")];
  const all = box.querySelector("[data-tick-all]");
  const count = box.querySelector("[data-ticked]");
  const show = () => {
    const n = ticks().filter((tick) => tick.checked).length;
    if (count) count.textContent = String(n);
    if (all) all.checked = n > 0 && n === ticks().length;
  };
  all?.closest("[hidden]")?.removeAttribute("hidden");
  all?.addEventListener("change", () => { for (const tick of ticks()) tick.checked = all.checked; show(); });
  box.addEventListener("change", show);
  show();
}
