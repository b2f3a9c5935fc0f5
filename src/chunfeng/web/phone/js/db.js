// The phone's own database. What is not sealed in it: numbers of users, kinds, times, random ids.
"use strict";
const NAME = "chunfeng-phone";
const STORES = ["keys", "sealed", "now"];
let opening = null;

/** @returns {Promise<IDBDatabase>} */
const open = () => {
  opening ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys", { keyPath: "user" });
      request.result.createObjectStore("sealed", { keyPath: "id" }).createIndex("user", "user");
      request.result.createObjectStore("now", { keyPath: "name" });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      request.result.onclose = () => { opening = null; };
      done(request.result);
    };
    request.onerror = () => { opening = null; failed(request.error); };
  });
  return opening;
};

/** The result of one request. @param {IDBRequest} request */
export const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

/**
 * One transaction over all stores. `work` gets a function from a store's name to the store and may await nothing
 * but requests. Whoever awaits this knows that what was written lies on the disk.
 * @template T @param {"readonly"|"readwrite"} mode @param {(store: (name: string) => IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T>}
 */
export const run = async (mode, work) => {
  const transaction = (await open()).transaction(STORES, mode, { durability: "strict" });
  const over = new Promise((done, failed) => {
    transaction.oncomplete = done;
    transaction.onabort = transaction.onerror = () => failed(transaction.error);
  });
  over.catch(() => {}); // the failed request says it already
  try {
    const result = await work((name) => transaction.objectStore(name));
    await over;
    return result;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // over already
    }
    throw error;
  }
};
