// On every page: the sealed store of a user opens for that user only, and log-out leaves nothing behind.
// Costs one small file where the phone keeps nothing.
"use strict";
export const LEAVING = "chunfeng.leaving";
const used = async () => !indexedDB.databases || (await indexedDB.databases()).some(({ name }) => name === "chunfeng-phone");
/** Changes with every log-in, so that a log-out without a line never ends a later session. */
export const mark = () => /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
export const isLeaving = () => { try { return localStorage.getItem(LEAVING) === mark(); } catch { return false; } };

// a page of the server says who is logged in; a shell does not know
const { user } = document.body.dataset;
const guard = async () => {
  if (!(await used())) return;
  const vault = await import("./vault.js");
  const owner = await vault.owner();
  if (owner && owner !== Number(user)) await vault.shut();
};
if (user !== undefined) guard();

/** Resolved when a log-out that was made without a line is through, or still has no line. */
export const ready = isLeaving() ? import("./leaving.js").then(({ leaveServer }) => leaveServer()) : Promise.resolve();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-leave]")) return;
  const here = form.dataset.leave === "here"; // a shell: it has no token, and perhaps no line
  event.preventDefault();
  const leaving = await import("./leaving.js").catch(() => null);
  if (!leaving) { form.submit(); return; } // no line, and nothing kept for that: the browser says so
  if ((await used()) && !(await leaving.emptied())) return;
  if (!here) { form.submit(); return; }
  leaving.note(mark());
  await leaving.leaveServer();
  if (isLeaving()) location.reload(); else location.assign("/accounts/login/");
}, true);
