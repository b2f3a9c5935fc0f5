// The caller's pages: whom to call, one call, what is not sent. Everything shown comes out of the sealed store.
"use strict";
import { $, h, moment, w } from "./dom.js";
import { callPage } from "./calling.js";
import { get } from "./line.js";
import * as outbox from "./outbox.js";
import { shell } from "./shell.js";
import * as unsent from "./unsent.js";
import * as vault from "./vault.js";
import { takeOver } from "./worker.js";

const FRESH = 5 * 60 * 1000; // a younger list is not fetched again by itself
const place = $("#page");
const seen = { filter: "due", search: "", said: "", why: "" };
let pack = null, draft = null, places = {};

const load = async () => {
  pack = await vault.read("pack");
  draft = await vault.read("draft");
  places = (await vault.read("places"))?.places ?? {};
};
const campaign = (item) => pack.campaigns.find((each) => each.id === item.campaign);

// what the phone knows of an item beyond the list: the last answer that is not sent
const standing = (item, mine, now) => {
  const own = mine.get(item.id);
  if (own) return { group: ["no_answer", "call_back"].includes(own.outcome) ? "later" : "done", label: w(`outcome_${own.outcome}`), tone: "warn", own };
  if (item.state === "waiting" || item.state === "retry") {
    const later = item.next_at && new Date(item.next_at) > now;
    return { group: later ? "later" : "due", label: w(`state_${item.state}`), tone: item.state === "retry" ? "info" : "" };
  }
  return { group: "done", label: w(`state_${item.state}`), tone: item.state === "done" ? "good" : "bad" };
};
const answers = async () => new Map((await outbox.entries()).filter((each) => each.type === "answer" && each.status !== "lost").map((each) => [each.item, each]));
const nextDue = async (after = 0) => {
  const mine = await answers(), now = new Date();
  const due = pack.items.filter((each) => standing(each, mine, now).group === "due");
  const at = due.findIndex((each) => each.id === after);
  return due[at + 1] && at >= 0 ? due[at + 1] : due.find((each) => each.id !== after) ?? null;
};

const found = (item, text) => !text || [item.name, item.village, item.employer, ...item.phones].some((each) => String(each || "").includes(text));

const list = async () => {
  if (!pack) return h("section", {}, h("h1", { tabIndex: -1 }, w("calls")),
    h("p", { className: "empty" }, seen.why || w("no_list")));
  const mine = await answers(), now = new Date();
  const rows = pack.items.map((item) => ({ item, ...standing(item, mine, now) }));
  const n = (group) => rows.filter((row) => group === "all" || row.group === group).length;
  const shown = rows.filter((row) => (seen.filter === "all" || row.group === seen.filter) && found(row.item, seen.search));
  const first = rows.find((row) => row.group === "due");
  const half = draft && pack.items.find((each) => each.id === draft.item);
  const cards = h("ul", { className: "cards ph-people" }, shown.map(({ item, label, tone, own }) => h("li", {},
    h("a", { className: "card", href: `#/call/${item.id}` },
      h("span", { className: "ph-line" }, h("b", {}, item.name), h("span", { className: `tag ${tone}` }, label), own && h("span", { className: "tag warn" }, w(own.status === "refused" ? "refused" : "not_sent"))),
      h("span", { className: "small muted" }, [item.village, item.employer].filter(Boolean).join(" · ")),
      item.told && h("span", { className: "small" }, w("told"), " ", item.told),
      (own?.next_at || item.next_at) && h("span", { className: "small muted" }, w("not_before", { at: moment(own?.next_at || item.next_at) }))))));
  const search = h("input", { type: "search", value: seen.search, placeholder: w("search"), "aria-label": w("search"), oninput: () => { seen.search = search.value.trim(); draw({ quiet: true }); } });
  return h("section", {},
    h("h1", { tabIndex: -1 }, w("calls")),
    seen.said && h("p", { className: "flash success", role: "status" }, seen.said),
    h("p", { className: "muted" }, w("summary", { n: rows.length, due: n("due") }), pack.campaigns.length === 1 && ` · ${pack.campaigns[0].name}`),
    half ? h("a", { className: "button big", href: `#/call/${half.id}` }, w("go_on_with", { name: half.name }))
      : first && h("a", { className: "button big", href: `#/call/${first.item.id}` }, w("call_next", { name: first.item.name })),
    h("div", { className: "ph-filter" }, search, ["due", "later", "done", "all"].map((each) => h("button", {
      type: "button", className: "ph-chip", "aria-pressed": String(seen.filter === each), onclick: () => { seen.filter = each; draw({ quiet: true }); },
    }, h("b", { className: "num" }, n(each)), w(`filter_${each}`)))),
    shown.length ? cards : h("p", { className: "empty" }, w(rows.length ? "none_here" : "list_empty")),
    h("p", { className: "row between small muted" }, w("as_of", { at: moment(pack.fetched) }),
      h("button", { type: "button", className: "link", onclick: refresh }, w("refresh"))));
};

const call = async (id) => {
  const item = pack?.items.find((each) => each.id === id);
  if (!item || !campaign(item)) return list();
  const save = async (result) => {
    unsent.forgetTold();
    try {
      await outbox.add({
        type: "answer", item: id, campaign: campaign(item).name, version: item.version, who: item.name,
        at: new Date().toISOString(), ...result,
      }, [`draft-${vault.who().user}`]);
    } catch (error) {
      unsent.alarm(w("not_kept"));
      throw error;
    }
    draft = null;
    seen.said = w("kept", { name: item.name });
    const next = await nextDue(id);
    outbox.send();
    location.replace(next ? `#/call/${next.id}` : "#/");
  };
  const keep = ({ answers: given, note, outcome, next }) => {
    draft = { item: id, answers: given, note, outcome, next };
    vault.write("draft", draft).catch(() => {});
  };
  const own = (await answers()).get(id);
  const page = callPage(item, campaign(item).script, draft?.item === id ? draft : null, { save, keep, places });
  return h("div", {},
    h("nav", { className: "crumbs" }, h("a", { href: "#/" }, w("back_to_list"))),
    seen.said && h("p", { className: "flash success", role: "status" }, seen.said),
    own && h("p", { className: "flash" }, w("answered_here", { at: moment(own.made), how: w(`outcome_${own.outcome}`) })),
    page, h("p", { className: "row" }, h("button", { type: "button", className: "quiet", onclick: async () => {
      const next = await nextDue(id);
      location.replace(next ? `#/call/${next.id}` : "#/");
    } }, w("pass_over"))));
};

let turn = 0;
const draw = async ({ quiet = false } = {}) => {
  const mine = ++turn, way = location.hash.slice(2).split("/");
  await unsent.show();
  const page = way[0] === "unsent" ? await (await import("./waiting.js")).page() : way[0] === "call" ? await call(Number(way[1])) : await list();
  if (mine !== turn) return; // another one is on its way
  const caret = document.activeElement?.type === "search" ? document.activeElement.selectionStart : null;
  place.replaceChildren(page);
  if (caret !== null) { const field = $("input[type=search]", place); field?.focus(); field?.setSelectionRange(caret, caret); }
  seen.said = "";
  if (quiet) return;
  scrollTo(0, 0);
  $("h1", place)?.focus({ preventScroll: true });
};
const inCall = () => location.hash.startsWith("#/call/");
// something was sent or kept: a call that is under way is not drawn anew under the caller's thumb
const changed = async () => {
  pack = (await vault.read("pack")) ?? pack;
  if (inCall()) unsent.show(); else draw({ quiet: true });
};

const refresh = async () => {
  const why = await outbox.fetchPack();
  if (why === "user") { location.reload(); return; }
  if (outbox.REASONS.includes(why)) outbox.state.why = why; else seen.why = why;
  if (!why) {
    await load();
    if (pack.campaigns.some((each) => each.script.questions.some((question) => question.kind === "area"))) await areas();
  }
  await draw({ quiet: true });
};
const areas = async () => {
  if (Object.keys(places).length) return;
  const { status, body } = await get("/phone/places/").catch(() => ({}));
  if (status === 200) { await vault.write("places", body); places = body.places; }
};

shell({
  place, free: () => !inCall(), changed,
  open: async () => {
    await load();
    addEventListener("hashchange", () => { draw(); takeOver(); });
    if (pack) await draw();
  },
  met: async () => {
    if (!pack) await load();
    if (outbox.state.why !== "login" && (!pack || Date.now() - pack.fetched > FRESH)) await refresh();
    else await draw({ quiet: true });
  },
});
