// The sealed store. Each user of the phone has a key of their own, made here at random. It lies in the database as a
// key that no script can read, and besides sealed under a secret that the server gives only to that user.
//   shut:    the key goes, what was fetched goes; what is unsent stays and opens after the same user's next log-in
//   destroy: everything of the user goes (log-out)
// On plain HTTP only the sealed form of the key is stored: a page that is loaded anew asks the server first.
"use strict";
import { bytes, fresh, opened, random, seal, strong, usable } from "./cipher.js";
import { asked, run } from "./db.js";

const LONGEST = 72 * 3600 * 1000; // so long what was fetched may be read without a word from the server
// kinds that outlast `shut`
const KEPT = new Set(["entry", "notice"]);

/** Something went: the user logged out in another tab, or the key is another. */
export class Shut extends Error {}

/** @type {{user: number, posting: number, made: string, key: CryptoKey|Uint8Array}|null} */
let me = null;
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("chunfeng.phone") : null;
/** "gone": this page must forget what it shows; "change": something was written. */
export const heard = new EventTarget();
channel?.addEventListener("message", ({ data }) => {
  if (data.what === "gone" && me?.user === data.user) me = null;
  heard.dispatchEvent(new Event(data.what));
});
const tell = (what, user = 0) => channel?.postMessage({ what, user });

export const who = () => me && { user: me.user, posting: me.posting };
export const about = (user, kind, id) => `${user}/${kind}/${id}`;

/** Whose key lies open on this phone, 0 where nobody's does. */
export const owner = async () => (await run("readonly", (store) => asked(store("now").get("user"))))?.user || 0;

/** Open the store without the server, where the last user's key lies here. @returns {Promise<object|null>} */
export const resume = async () => {
  if (me) return who();
  const [now, held] = await run("readonly", async (store) => {
    const found = await asked(store("now").get("user"));
    return [found, found && await asked(store("keys").get(found.user))];
  });
  if (!held?.key) return null;
  if (Date.now() - now.at > LONGEST) { await shut(); return null; }
  me = { user: now.user, posting: now.posting, made: held.made, key: held.key };
  return who();
};

/**
 * Open the store of the user whom the server has just named; another user's is shut.
 * @param {{user: number, posting: number, seal: string, seal_id: string}} holder
 */
export const enter = async ({ user, posting, seal: secret, seal_id: name }) => {
  if (me && me.user !== user) me = null;
  const before = await owner();
  if (before && before !== user) await shut();
  const under = await usable(bytes(secret));
  let held = await run("readonly", (store) => asked(store("keys").get(user)));
  const anew = async () => (await import("./renewing.js")).sealedAnew(
    user, held.key ?? (me?.made === held.made ? me.key : null), await newKey(user, under, name));
  if (held && held.name !== name) held = await anew();
  held ??= await made(user, under, name);
  let key = held.key;
  if (!key) {
    let raw = await opened(under, held.wrapped, about(user, "key", held.made)).catch(() => null);
    if (!raw) { // damaged: what it sealed is lost, and shown as such
      held = await anew();
      raw = await opened(under, held.wrapped, about(user, "key", held.made));
    }
    key = await usable(raw);
  }
  await run("readwrite", async (store) => {
    const found = await asked(store("keys").get(user));
    if (found?.made !== held.made) throw new Shut(); // another tab was here at the same moment
    if (strong) store("keys").put({ ...found, key });
    store("now").put({ name: "user", user, posting, at: Date.now() });
  });
  me = { user, posting, made: held.made, key };
  return who();
};

const newKey = async (user, under, name) => {
  const raw = random(32), id = fresh();
  const wrapped = await seal(under, raw, about(user, "key", id));
  const key = await usable(raw.slice());
  return [{ user, name, made: id, wrapped, ...(strong ? { key } : {}) }, key];
};

// the first of two tabs makes the key, the other one takes it
const made = async (user, under, name) => {
  const [mine] = await newKey(user, under, name);
  return run("readwrite", async (store) => {
    const there = await asked(store("keys").get(user));
    if (!there) store("keys").put(mine);
    return there ?? mine;
  });
};

/** Lay the present user's store down. `forget`: this page, too, stops reading it. */
export const shut = async ({ forget = true } = {}) => {
  const user = await owner();
  if (user) await run("readwrite", async (store) => {
    const held = await asked(store("keys").get(user));
    if (held) { delete held.key; store("keys").put(held); }
    store("now").delete("user");
    const rows = await asked(store("sealed").index("user").getAll(user));
    for (const row of rows) if (!KEPT.has(row.kind)) store("sealed").delete(row.id);
  });
  if (forget) me = null;
  if (user) tell("gone", user);
};

/** Log-out: key and data of a user are no more. @param {number} user */
export const destroy = async (user) => {
  await run("readwrite", async (store) => {
    store("keys").delete(user);
    if ((await asked(store("now").get("user")))?.user === user) store("now").delete("user");
    for (const id of await asked(store("sealed").index("user").getAllKeys(user))) store("sealed").delete(id);
  });
  me = null;
  tell("gone", user);
};

/** How many entries of a user wait on this phone, without opening them. */
export const waiting = async (user) => {
  const rows = await run("readonly", (store) => asked(store("sealed").index("user").getAll(user)));
  return rows.filter((row) => row.kind === "entry").length;
};

/**
 * Write and delete together, or nothing. A record without an id gets one; `at` is when it was made, by this phone.
 * @param {{id?: string, kind: string, at?: number, value: object}[]} puts @param {string[]} drops
 */
export const change = async (puts, drops = []) => {
  const mine = me;
  if (!mine) throw new Shut();
  const rows = [];
  for (const { id = fresh(), kind, at = Date.now(), value } of puts) {
    const plain = new TextEncoder().encode(JSON.stringify(value));
    rows.push({ id, kind, at, user: mine.user, ...await seal(mine.key, plain, about(mine.user, kind, id)) });
  }
  await run("readwrite", async (store) => {
    const held = await asked(store("keys").get(mine.user));
    if (held?.made !== mine.made) throw new Shut();
    for (const row of rows) store("sealed").put(row);
    for (const id of drops) store("sealed").delete(id);
  });
  tell("change");
  heard.dispatchEvent(new Event("change"));
};

/** The records of a kind, oldest first; `value` is null where one cannot be opened any more. */
export const list = async (kind) => {
  const mine = me;
  if (!mine) return [];
  const rows = await run("readonly", (store) => asked(store("sealed").index("user").getAll(mine.user)));
  const found = [];
  for (const row of rows.filter((each) => each.kind === kind)) {
    let value = null;
    try {
      value = JSON.parse(new TextDecoder().decode(await opened(mine.key, row, about(mine.user, kind, row.id))));
    } catch {
      // sealed under a key that is gone
    }
    found.push({ id: row.id, at: row.at, value });
  }
  return found.sort((a, b) => a.at - b.at);
};

const sole = (kind) => `${kind}-${me?.user}`; // one record of its kind a user
/** @param {string} kind */
export const read = async (kind) => (await list(kind)).find((each) => each.id === sole(kind))?.value ?? null;
/** @param {string} kind */
export const write = async (kind, value) => change([{ id: sole(kind), kind, value }]);
/** For `change`. @param {string} kind */
export const soleRecord = (kind, value) => ({ id: sole(kind), kind, value });
