// Asking the server: what came, or why nothing did. Nothing here is kept.
"use strict";
import * as vault from "./vault.js";

/** There is no line, or something that is not the site answers. `busy`: the site answers, but cannot just now. */
export class NoLine extends Error {
  constructor(busy = false) { super("no line"); this.busy = busy; }
}
/** The session is over: the user must log in again. */
export class Ended extends Error {}
/** Somebody else is logged in here (`user`), or the same user in another posting. */
export class Other extends Error {
  constructor(user) { super("other"); this.user = user; }
}

const TOKEN = "/phone/token/";
let csrf = "";
/** The token that a page of the server brought along. @param {string} token */
export const useToken = (token) => { csrf = token; };

/** @returns {Promise<{status: number, body: object|null}>} `body` is null where no JSON came */
const ask = async (url, options = {}) => {
  const who = vault.who();
  let answer, body = null;
  try {
    answer = await fetch(url, {
      ...options, cache: "no-store",
      headers: { Accept: "application/json", ...(who ? { "X-Holder": `${who.user}-${who.posting}` } : {}), ...options.headers },
      signal: globalThis.AbortSignal?.timeout?.(20000),
    });
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) body = await answer.json();
  } catch {
    throw new NoLine();
  }
  if (answer.status >= 500 || answer.status === 429) throw new NoLine(true);
  if (answer.status === 401 && body?.login) throw new Ended();
  if (answer.status === 409 && body?.holder === false) { await holder(); throw new Other(false); }
  if (!body && answer.status < 400) throw new NoLine(); // the page of some hotspot
  return { status: answer.status, body };
};

/**
 * Who is logged in here: opens that user's store. A page that shows another user's data learns it by `Other`.
 * @returns {Promise<{user: number, posting: number, csrf: string, language: string}>}
 */
export const holder = async () => {
  const { status, body } = await ask(TOKEN);
  if (status !== 200) throw new NoLine();
  csrf = body.csrf;
  const before = vault.who();
  if (before && before.user !== body.user) { await vault.shut(); throw new Other(true); }
  await vault.enter(body);
  return body;
};

/** In the name of the store's user: the server refuses it in any other one's session. @param {string} url */
export const get = (url) => ask(url);

/**
 * The same, with the token against forgery, fetched anew where it is missing or too old.
 * @param {string} url @param {URLSearchParams|object} content
 */
export const post = async (url, content) => {
  const form = content instanceof URLSearchParams;
  for (let again = false; ; again = true) {
    if (!csrf || again) await holder();
    const found = await ask(url, {
      method: "POST", body: form ? content : JSON.stringify(content),
      headers: {
        "X-CSRFToken": csrf,
        "Content-Type": form ? "application/x-www-form-urlencoded;charset=UTF-8" : "application/json",
      },
    });
    if (found.status !== 403 || found.body || again) return found; // a 403 without words: the token is too old
  }
};
