// Zero reports without a line: what the office owed when there last was one, each to be signed as "nothing".
"use strict";
import { fresh } from "./cipher.js";
import { $, h, moment, w } from "./dom.js";
import * as outbox from "./outbox.js";
import { shell } from "./shell.js";
import * as unsent from "./unsent.js";
import * as vault from "./vault.js";

const place = $("#page");
let owed = null;

const sign = (report) => async (event) => {
  event.preventDefault();
  const fields = [...new FormData(event.target)].filter(([, value]) => value.trim());
  const key = fresh();
  try {
    await outbox.add({ type: "form", key, url: report.url, title: w("zero_report"), what: `${report.title} ${report.period}`, fields: [["key", key], ...fields] });
  } catch {
    unsent.alarm(w("not_kept"));
    return;
  }
  location.hash = "";
  outbox.send();
};

const doubt = (each) => h("li", { className: `flash ${each.tone === "hard" ? "error" : "warning"}` }, h("p", {}, each.message),
  each.needs_comment && h("label", { className: "field" }, h("span", { className: "label" }, w("comment")), h("textarea", { name: `comment-${each.code}`, rows: 2, maxLength: 500, required: true })));

const one = (report, signed) => h("details", { className: "card", id: `report-${report.id}`, open: location.hash === `#/${report.id}` },
  h("summary", {}, h("span", { className: "ph-line" }, h("b", {}, report.title), signed ? h("span", { className: `tag ${signed.status === "refused" ? "bad" : "warn"}` }, w(signed.status === "refused" ? "refused" : "signed")) : report.late && h("span", { className: "tag bad" }, w("late"))),
    h("span", { className: "small muted" }, [report.period, w("due", { at: moment(report.due) })].join(" · "))),
  signed ? h("p", {}, signed.why || w("signed_kept")) : report.impossible ? h("div", {}, h("ul", { className: "plain" }, report.doubts.map(doubt)), h("p", {}, w("no_zero")))
    : h("form", { onsubmit: sign(report) },
      h("p", {}, report.sentence),
      h("ul", { className: "ph-zeros" }, report.zeros.map((each) => h("li", {}, h("span", {}, each.label), h("b", { className: "num" }, [each.zero, each.unit].join(" "))))),
      h("ul", { className: "plain" }, report.doubts.map(doubt)),
      h("button", { type: "submit", className: "big" }, w("sign"))));

const draw = async () => {
  const { entries } = await unsent.show();
  const signed = new Map(entries.filter((each) => each.type === "form").map((each) => [each.url, each]));
  const asked = Number(location.hash.slice(2));
  const open = [...place.querySelectorAll("details[open]")].map((each) => each.id);
  if (place.contains(document.activeElement) && document.activeElement.matches("textarea")) return; // somebody writes
  const other = asked && owed && !owed.reports.some((each) => each.id === asked);
  place.replaceChildren(h("section", {}, h("h1", { tabIndex: -1 }, w("zero_title")),
    other && h("p", { className: "flash warning" }, w("needs_line")),
    owed?.reports.length ? h("div", { className: "cards" }, owed.reports.map((each) => one(each, signed.get(each.url)))) : h("p", { className: "empty" }, w(owed ? "nothing_owed" : "no_list")),
    owed && h("p", { className: "small muted" }, w("as_of", { at: moment(owed.fetched) }))));
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
};
const load = async () => { owed = await vault.read("zero"); };

addEventListener("hashchange", draw);
outbox.events.addEventListener("sent", async () => { await outbox.fetchInto("zero", "/phone/reports/"); await load(); draw(); });
shell({
  place, changed: draw, free: () => !place.querySelector("details[open] textarea"),
  open: async () => { await load(); await draw(); },
  met: async () => {
    if (outbox.state.why !== "login") await outbox.fetchInto("zero", "/phone/reports/");
    await load();
    await draw();
  },
});
