// How every shell begins: open the store, meet the server if there is a line, send what waits.
"use strict";
import { h, w } from "./dom.js";
import { isLeaving, ready } from "./frame.js";
import { holder } from "./line.js";
import * as outbox from "./outbox.js";
import * as unsent from "./unsent.js";
import * as vault from "./vault.js";
import { register, speak } from "./worker.js";

/**
 * `open` runs when the store is open or not to be opened, `met` once the server was asked; `changed` after every
 * change of what is not sent. @param {{place: HTMLElement, free: () => boolean, open?: () => Promise<void>,
 * met?: () => Promise<void>, changed?: () => Promise<void>}} of
 */
export const shell = async ({ place, free, open = async () => {}, met = async () => {}, changed = unsent.show }) => {
  await ready;
  if (isLeaving()) { place.replaceChildren(h("p", { className: "empty" }, w("left_here"))); return; }
  let who = null;
  try {
    who = await vault.resume();
    await open();
  } catch {
    await unsent.alarm(w("not_kept")); // a browser that stores nothing, or a full one
  }
  await unsent.show();
  outbox.events.addEventListener("change", changed);
  vault.heard.addEventListener("gone", () => location.reload());
  try {
    speak((await holder()).language);
  } catch (error) {
    outbox.state.why = await outbox.reason(error);
    if (outbox.state.why === "user") { location.reload(); return; }
    if (outbox.state.why === "login" && !who) { location.replace(unsent.login()); return; }
  }
  await outbox.start();
  if (outbox.state.why === "user") { location.reload(); return; }
  await met();
  register({ shell: true, free });
};
