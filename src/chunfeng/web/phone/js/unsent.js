// What a shell says above everything else, calmly: one line for one thing.
"use strict";
import { strong } from "./cipher.js";
import { $, h, w } from "./dom.js";
import * as outbox from "./outbox.js";

const here = () => `${location.pathname}${location.hash}`;
/** Where to log in and come back. */
export const login = () => `/accounts/login/?next=${encodeURIComponent(here())}`;
const unsent = "/census/calls/#/unsent";
const line = (tone, ...text) => h("p", { className: `flash ${tone}` }, text.flatMap((each) => [each, " "]));
let trouble = "";
let told = null; // what follows from the answer before
outbox.events.addEventListener("told", ({ detail }) => { told = detail; });
export const forgetTold = () => { told = null; };

/** Something that must be seen: nothing could be kept, for instance. @param {string} text */
export const alarm = (text) => { trouble = text; return show(); };

/** The lines above the page and the number beside "Not sent". */
export const show = async () => {
  const entries = await outbox.entries(), notices = await outbox.notices();
  const waiting = entries.filter((each) => each.status === "waiting");
  const refused = entries.filter((each) => each.status === "refused").length;
  const old = waiting.filter(outbox.isOld).length;
  const why = outbox.state.why;
  const lines = [];
  if (trouble) lines.push(line("error", trouble));
  if (!strong) lines.push(line("warning", w("plain_http")));
  if (why === "login") lines.push(line("warning", w(waiting.length ? "log_in_kept" : "log_in", { n: waiting.length }), h("a", { href: login() }, w("log_in_link"))));
  if (why === "offline") lines.push(line("", w(waiting.length ? "offline_kept" : "offline", { n: waiting.length })));
  if (why === "posting") lines.push(line("warning", w("other_posting"), h("a", { href: "/accounts/posting/" }, w("change_posting"))));
  const there = location.hash === "#/unsent";
  const look = there ? "" : h("a", { href: unsent }, w("look"));
  if (old) lines.push(line("warning", w("old", { n: old })));
  if (!there && (refused || notices.length)) lines.push(line("warning",
    refused ? w("some_refused", { n: refused }) : "", notices.length ? w("some_conflicts", { n: notices.length }) : "", " ", look));
  if (told) lines.push(line("success", `${told.who}：${told.why}`));
  $("#notices").replaceChildren(...lines);
  for (const badge of document.querySelectorAll("[data-unsent]")) {
    const n = entries.length;
    badge.textContent = n;
    badge.closest("a").classList.toggle("has", n > 0);
  }
  const tabs = document.querySelectorAll(".ph-top .rooms a");
  const here = there ? tabs.length - 1 : [...tabs].findIndex((each) => each.pathname === location.pathname);
  tabs.forEach((each, n) => (n === here ? each.setAttribute("aria-current", "page") : each.removeAttribute("aria-current")));
  return { entries, notices };
};
