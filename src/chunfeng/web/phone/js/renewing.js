// The installation has a new key, or this phone's is damaged: what can still be read here is sealed under a new one.
"use strict";
import { opened, seal } from "./cipher.js";
import { asked, run } from "./db.js";
import { about } from "./vault.js";

/**
 * What cannot be read stays as it is, and is shown as lost.
 * @param {number} user @param {CryptoKey|Uint8Array|null} old the key until now @param {[object, CryptoKey|Uint8Array]} fresh
 * @returns {Promise<object>} the record from now on
 */
export const sealedAnew = async (user, old, [mine, key]) => {
  const rows = await run("readonly", (store) => asked(store("sealed").index("user").getAll(user)));
  const again = [];
  for (const row of old ? rows : []) {
    const name = about(user, row.kind, row.id);
    const plain = await opened(old, row, name).catch(() => null);
    if (plain) again.push({ ...row, ...await seal(key, plain, name) });
  }
  await run("readwrite", async (store) => {
    store("keys").put(mine);
    for (const row of again) store("sealed").put(row);
  });
  return mine;
};
