// The page of what is not sent: each thing with what to do about it.
"use strict";
import { h, moment, w } from "./dom.js";
import * as outbox from "./outbox.js";
import { login, show } from "./unsent.js";
import { change } from "./vault.js";

const title = (entry) => (entry.type === "form" ? entry.title : entry.who) || w("lost");
const about = (entry) => {
  if (entry.type === "form") return entry.what;
  return [w(`outcome_${entry.outcome}`), entry.campaign].filter(Boolean).join(" · ");
};
const waits = (entry) => (entry.status === "refused" || entry.status === "lost" ? h("span", { className: "tag bad" }, w("refused"))
  : h("span", { className: "tag warn" }, w("not_sent")));

const again = async (entry) => {
  await change([outbox.record({ ...entry, status: "waiting", why: "" })]);
  await outbox.send();
};
const refusedActs = (entry) => [
  entry.status === "refused" && entry.type === "answer" && h("button", { className: "quiet", type: "button", onclick: () => again(entry) }, w("try_again")),
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
