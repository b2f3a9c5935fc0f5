// What a shell says above everything else (calmly, one line for one thing), and the page of what is not sent.
"use strict";
import { strong } from "./cipher.js";
import { $, h, moment, w } from "./dom.js";
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

const title = (entry) => (entry.type === "form" ? entry.title : entry.who) || w("lost");
const about = (entry) => {
  if (entry.type === "form") return entry.what;
  return [w(`outcome_${entry.outcome}`), entry.campaign].filter(Boolean).join(" · ");
};
const waits = (entry) => (entry.status === "refused" || entry.status === "lost" ? h("span", { className: "tag bad" }, w("refused"))
  : h("span", { className: "tag warn" }, w("not_sent")));

const refusedActs = (entry) => [
  entry.status === "refused" && entry.type === "answer" && h("button", { className: "quiet", type: "button", onclick: () => outbox.again(entry.id) }, w("try_again")),
  entry.status === "refused" && entry.type === "form" && h("a", { className: "button quiet", href: entry.url }, w("mend")),
  h("button", { className: "danger", type: "button", onclick: (event) => sure(event, entry) }, w("discard")),
];
// discarding takes a second tap
const sure = ({ target }, entry) => {
  if (target.dataset.sure) { outbox.drop(entry.id); return; }
  target.dataset.sure = "1";
  target.textContent = w("discard_sure");
};

const card = (entry) => h("li", { className: `card ${entry.status === "waiting" ? "warn" : "bad"}` },
  h("p", { className: "ph-line" }, h("b", {}, title(entry)), waits(entry)),
  h("p", { className: "small muted" }, [about(entry), moment(entry.made)].filter(Boolean).join(" · ")),
  entry.why && h("p", { className: "ph-why" }, entry.why),
  entry.status !== "waiting" && h("div", { className: "row" }, refusedActs(entry)));

/** The page of what is not sent. @returns {Promise<HTMLElement>} */
export const page = async () => {
  const { entries, notices } = await show();
  const busy = outbox.state.busy;
  return h("section", {},
    h("h1", { tabIndex: -1 }, w("unsent")),
    outbox.state.why === "login" ? h("a", { className: "button big", href: login() }, w("log_in_link"))
      : entries.some((each) => each.status === "waiting") && h("button", { className: "big", type: "button", disabled: busy, onclick: outbox.send }, w(busy ? "sending" : "send_now")),
    notices.length > 0 && h("h2", {}, w("conflicts")),
    h("ul", { className: "cards" }, notices.map((each) => h("li", { className: "card info" },
      h("p", { className: "ph-line" }, h("b", {}, each.who)),
      h("p", {}, each.why || w("conflict")),
      h("button", { className: "quiet", type: "button", onclick: () => outbox.drop(each.id) }, w("understood"))))),
    entries.length > 0 && notices.length > 0 && h("h2", {}, w("not_sent")),
    h("ul", { className: "cards" }, entries.map(card)),
    !entries.length && !notices.length && h("p", { className: "empty" }, w("all_sent")));
};
