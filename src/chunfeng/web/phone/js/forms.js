// Forms that may be sent later: what is written without a line is sealed on the phone and arrives once, under the
// form's own key. On the site's own pages it stands beside the page; without it the form is sent as any other.
"use strict";
import { fresh, strong } from "./cipher.js";
import { $, moment } from "./dom.js";
import { Ended, NoLine, Other, post, useToken } from "./line.js";
import * as outbox from "./outbox.js";
import * as vault from "./vault.js";
import { register } from "./worker.js";

const box = $("[data-outbox]");
const part = (name) => $(`[data-${name}]`, box);
const fields = (form, button) => [...new FormData(form), ...(button?.name ? [[button.name, button.value]] : [])]
  .filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
const underway = new Set(); // keys of what is being sent for the first time
const value = (entry, name) => entry.fields.find(([each]) => each === name)?.[1] ?? "";
const path = (form) => new URL(form.action, location.href).pathname;

/** Something was typed that is nowhere else yet. @param {HTMLFormElement|null} form */
const touched = (form) => Boolean(form && [...form.elements].some((each) =>
  each.name && each.type !== "hidden" && each.matches("textarea, input:not([type=datetime-local])") && each.value.trim() && each.value !== each.defaultValue));

/**
 * @param {HTMLFormElement} form with data-queue: what the report is called, and perhaps data-clear: it stays for the
 * next one. @param {{native?: boolean, after?: (kept: boolean) => void}} how native: the server shows what it refuses
 */
export const queue = (form, { native = true, after = () => {} } = {}) => {
  let busy = false;
  // the server's own answer says what to mend, above what was typed
  const shown = (entry) => {
    for (const [name, text] of entry.fields) {
      const field = form.elements[name];
      if (field && !["checkbox", "radio", "submit"].includes(field.type) && "value" in field && !(field instanceof RadioNodeList)) field.value = text;
      else for (const each of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) if (each.value === text) each.checked = true;
      if (!field || field instanceof HTMLButtonElement) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: text }));
    }
    form.submit();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const button = event.submitter;
    const given = fields(form, button), url = path(form), key = value({ fields: given }, "key") || fresh();
    underway.add(key);
    if (button) button.disabled = true;
    try {
      const entry = {
        type: "form", url, title: form.dataset.queue, key, fields: given,
        what: (value({ fields: given }, "what") || form.dataset.about || "").slice(0, 60),
      };
      let kept = true;
      await outbox.add(entry).catch(() => { kept = false; });
      const mine = kept ? (await outbox.entries()).filter((each) => each.key === key) : [];
      const gone = () => vault.change([], mine.map((each) => each.id)).catch(() => {});
      try {
        const found = await post(url, new URLSearchParams(given));
        if (found.status === 200 && found.body?.url) { await gone(); location.assign(found.body.url); return; }
        if (native) { await gone(); shown(entry); return; } // refused
        const [first] = mine;
        if (first) await vault.change([outbox.record({ ...first, status: "refused", why: found.body?.why || "" })]);
      } catch (error) {
        if (!kept && native) { form.submit(); return; } // nothing can be kept here: as without this script
        if (!(error instanceof NoLine || error instanceof Ended || error instanceof Other || error instanceof vault.Shut)) throw error;
        outbox.state.why = await outbox.reason(error);
      }
      if (kept && form.dataset.clear !== undefined) {
        form.reset();
        if (form.elements.key) form.elements.key.value = fresh();
      }
      after(kept);
    } finally {
      busy = false;
      if (button) button.disabled = false;
      underway.delete(key);
    }
    outbox.send();
  });
  return { shown };
};

// old phones kept reports in the clear: they move in here
const movedIn = async () => {
  const old = "chunfeng.situations";
  let there = [];
  try { there = JSON.parse(localStorage.getItem(old)) || []; } catch { /* none */ }
  for (const each of there) await outbox.add({
    type: "form", url: "/situations/new/", title: "", key: each.fields.key, posting: Number(each.own),
    what: String(each.fields.what).slice(0, 60), fields: Object.entries(each.fields),
  });
  try { localStorage.removeItem(old); } catch { /* none */ }
};

// a page of the server with an outbox: `data-holder` says whose it is
const onPage = async () => {
  await vault.enter(JSON.parse(box.dataset.holder));
  useToken($("input[name=csrfmiddlewaretoken]")?.value || "");
  await movedIn();
  const form = $("form[data-queue]");
  const start = form && queue(form, { after: () => box.scrollIntoView() });
  const forms = async () => (await outbox.entries()).filter((each) => each.type === "form" && !underway.has(each.key));
  const show = async () => {
    const all = await forms();
    box.hidden = all.length === 0;
    part("count").textContent = all.length;
    const refused = all.find((each) => each.status === "refused");
    const why = refused ? "refused" : outbox.state.why === "login" ? "login" : strong ? "offline" : "stay";
    for (const name of ["offline", "stay", "login", "refused"]) part(name).hidden = name !== why;
    if (refused) part("refused").href = refused.url;
    part("list").replaceChildren(...all.map((each) => {
      const line = document.createElement("li");
      line.textContent = [each.what || each.title, moment(each.made)].join(" · ");
      return line;
    }));
  };
  let left = "";
  outbox.events.addEventListener("sent", ({ detail }) => {
    if (form?.elements.key?.value === detail.entry.key) location.assign(detail.url); // what the page shows has arrived
    left = detail.url;
  });
  const look = async () => {
    await show();
    const all = await forms();
    if (left && form && !all.length && !touched(form)) { location.assign(left); return; }
    const mine = form && all.find((each) => each.status === "refused" && each.url === path(form));
    if (mine && !touched(form)) { await outbox.drop(mine.id); start.shown(mine); }
  };
  outbox.events.addEventListener("change", () => (outbox.state.busy ? show() : look()));
  vault.heard.addEventListener("gone", show);
  part("try").addEventListener("click", outbox.send);
  await look();
  await outbox.start();
  if (box.dataset.ahead) outbox.fetchInto("zero", box.dataset.ahead);
  register();
};
if (box) onPage();
