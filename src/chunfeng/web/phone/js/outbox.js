// What is not sent yet. Every entry carries a key made on this phone, so that sending it again changes nothing.
"use strict";
import { fresh } from "./cipher.js";
import { Ended, NoLine, Other, get, holder, post } from "./line.js";
import * as vault from "./vault.js";

/**
 * @typedef {object} Entry
 * @property {string} key made once, on this phone @property {"answer"|"form"} type
 * @property {"waiting"|"refused"} status @property {string} [why] the server's sentence
 * @property {number} posting in which posting it was written
 * An answer: {item, campaign, version, outcome, answers, note, at, next_at, who}
 * A form: {url, title, what, fields: [name, value][]}
 */
const SYNC = "/census/sync/", PACK = "/census/pack/";
const SOONEST = 5000, LATEST = 300000, AT_ONCE = 50;
const DAY = 24 * 3600 * 1000;

/** "change": look again; "sent" with `detail` {url}: a form arrived; "told" with {who, why}: what follows from an answer. */
export const events = new EventTarget();
/** Why not everything is sent. "user": somebody else is logged in here. */
export const REASONS = ["offline", "login", "posting", "user"];
/** `why` is "" or one of them, after the last attempt. */
export const state = { why: "", busy: false };
const say = (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail }));
vault.heard.addEventListener("change", () => say("change"));

/** @returns {Promise<(Entry & {id: string, made: number})[]>} oldest first */
export const entries = async () =>
  (await vault.list("entry")).map(({ id, at, value }) => ({ status: "lost", ...value, id, made: at }));
/** What an officer has to decide, shown until somebody has read it. */
export const notices = async () => (await vault.list("notice")).map(({ id, at, value }) => ({ ...value, id, made: at }));
export const drop = (id) => vault.change([], [id]);
export const isOld = (entry) => Date.now() - entry.made > DAY;

/** For `vault.change`. */
export const record = ({ id, made, ...value }) => ({ id, at: made, kind: "entry", value });

/** Seal an entry. It lies on the disk when this returns. @param {Partial<Entry>} value */
export const add = async (value, drops = []) => {
  const { posting } = vault.who() ?? {};
  const entry = { key: fresh(), posting, status: "waiting", why: "", ...value };
  await vault.change([{ kind: "entry", value: entry }], drops);
  navigator.storage?.persist?.(); // phones clear what is not used for a week, unless asked not to
  return entry;
};

let delay = SOONEST, timer = 0;
const later = () => {
  clearTimeout(timer);
  timer = setTimeout(send, delay * (0.75 + Math.random() / 2));
  delay = Math.min(delay * 2, LATEST);
};

const sendOne = async (entry) => {
  const found = await post(entry.url, new URLSearchParams(entry.fields));
  if (found.status === 200 && found.body.url) {
    await drop(entry.id);
    say("sent", { url: found.body.url, entry });
    return;
  }
  await vault.change([record({ ...entry, status: "refused", why: found.body?.why || "" })]);
};

// answers of the server to one batch, in one transaction with what the phone knows of the list
const settle = async (batch, results, rest) => {
  const by = new Map(results.map((each) => [each.key, each]));
  const pack = await vault.read("pack");
  const puts = [], drops = [], done = new Set();
  for (const entry of batch) {
    const result = by.get(entry.key);
    if (!result) continue;
    done.add(entry.id);
    const item = pack?.items.find((each) => each.id === entry.item);
    if (item && result.item) Object.assign(item, result.item, { told: result.why });
    if (result.status === "taken" && result.why) say("told", { who: entry.who, why: result.why });
    if (result.status === "refused") {
      puts.push(record({ ...entry, status: "refused", why: result.why }));
      continue;
    }
    drops.push(entry.id);
    if (result.status === "conflict") {
      puts.push({ kind: "notice", value: { item: entry.item, who: entry.who, why: result.why } });
    } else if (result.item) { // what was answered later on this phone has seen this answer
      for (const other of rest) if (other.item === entry.item && other.id !== entry.id) {
        other.version = result.item.version;
        puts.push(record(other));
      }
    }
  }
  if (pack) puts.push(vault.soleRecord("pack", pack));
  await vault.change(puts, drops);
  return done;
};

const plain = (entry) => ({
  key: entry.key, item: entry.item, version: entry.version, outcome: entry.outcome, answers: entry.answers,
  note: entry.note, at: entry.at, next_at: entry.next_at ?? null,
  // the phone's clock may be wrong, the time that passed on it is not
  age: Math.max(0, Math.round((Date.now() - entry.made) / 1000)),
});

const sendAnswers = async (all) => {
  let left = [...all], most = AT_ONCE, stuck = null;
  const held = new Set(); // items of which an older answer could not be sent
  for (;;) {
    const items = new Set(held);
    const batch = left.filter((each) => !items.has(each.item) && items.add(each.item)).slice(0, most);
    if (!batch.length) break;
    let found;
    try {
      found = await post(SYNC, { entries: batch.map(plain) });
    } catch (error) {
      if (!(error instanceof NoLine) || !error.busy) throw error;
      stuck = error;
    }
    if (found?.status === 200) {
      const done = await settle(batch, found.body.results, left);
      for (const each of batch) if (!done.has(each.id)) held.add(each.item);
      left = left.filter((each) => !done.has(each.id) && !held.has(each.item));
    } else if (batch.length > 1) { // one of them may be what the server cannot take: smaller and smaller
      most = Math.max(1, batch.length >> 1);
    } else {
      if (found) await vault.change([record({ ...batch[0], status: "refused", why: found.body?.why || "" })]);
      held.add(batch[0].item);
      left = left.filter((each) => each.item !== batch[0].item);
    }
  }
  if (stuck) throw stuck;
};

const round = async () => {
  const here = await holder();
  const all = (await entries()).filter((each) => each.status === "waiting");
  const ours = all.filter((each) => each.posting === here.posting);
  let stuck = null;
  for (const entry of ours.filter((each) => each.type === "form")) {
    try {
      await sendOne(entry);
    } catch (error) {
      if (!(error instanceof NoLine) || !error.busy) throw error;
      stuck = error; // the others are not held up by it
    }
  }
  await sendAnswers(ours.filter((each) => each.type === "answer"));
  if (stuck) throw stuck;
  return ours.length < all.length ? "posting" : "";
};

/** Send what waits, once at a time in all tabs. Tries again later by itself where there is no line. */
export const send = async () => {
  if (state.busy) return state.why;
  state.busy = true;
  clearTimeout(timer);
  try {
    if (!vault.who() && !(await vault.resume())) await holder();
    if (!(await entries()).some((each) => each.status === "waiting")) return (state.why = "");
    say("change");
    const alone = navigator.locks
      ? navigator.locks.request("chunfeng.send", { ifAvailable: true }, (lock) => (lock ? round() : "")) : round();
    state.why = await alone;
    delay = SOONEST;
  } catch (error) {
    state.why = await reason(error);
    if (state.why === "offline") later();
  } finally {
    state.busy = false;
    say("change");
  }
  return state.why;
};

/** What an error means for the person who holds the phone; a session that is over shuts the store. */
export const reason = async (error) => {
  if (error instanceof Ended) { await vault.shut({ forget: false }); return "login"; }
  if (error instanceof Other) return error.user ? "user" : "posting";
  if (error instanceof vault.Shut) return "user";
  if (error instanceof NoLine) return "offline";
  throw error;
};

/** Fetch something and seal it. @returns {Promise<string>} "" or why there is nothing new */
export const fetchInto = async (kind, url) => {
  try {
    const { status, body } = await get(url);
    if (status !== 200) return body?.why || "offline";
    await vault.write(kind, { ...body, fetched: Date.now() });
    return "";
  } catch (error) {
    return reason(error);
  }
};
export const fetchPack = () => fetchInto("pack", PACK);

/** From now on send by itself: when the line comes back, when the page is looked at again, and now and then. */
export const start = () => {
  const soon = () => { delay = SOONEST; send(); };
  addEventListener("online", soon);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  return send();
};
