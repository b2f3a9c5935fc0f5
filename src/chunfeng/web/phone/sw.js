// Opens the shells without a line. It keeps those pages and their files, in one version at a time, and nothing
// else: no other page, no answer of the server, nothing about anybody.
//
// A new version is fetched whole and then waits. A page that has nothing half typed tells it to take over, and
// loads itself anew: so a page never runs with files of two versions.
"use strict";
/* known */
const NAME = `chunfeng-${VERSION}`;
const PAGES = Object.values(SHELLS);
// pages that have a shell to stand in for them when there is no line; other addresses are never touched
const STAND_IN = [
  [/^\/$/, () => SHELLS.calls],
  [/^\/situations\/(new\/)?$/, () => SHELLS["phone-situation"]],
  [/^\/reports\/$/, () => SHELLS["phone-zero"]],
  [/^\/reports\/(\d+)\/(fill\/|zero\/)?$/, ([, id]) => `${SHELLS["phone-zero"]}#/${id}`],
];

const fetched = async (cache, urls) => {
  await Promise.all(urls.map(async (url) => {
    const answer = await fetch(new Request(url, { cache: "reload" }));
    if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
    await cache.put(url, answer);
  }));
};
const kept = async (path) => (await caches.open(NAME)).match(path, { ignoreVary: true });

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => fetched(cache, [...PAGES, ...FILES])));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("chunfeng-") && name !== NAME) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "language") event.waitUntil((async () => { // the shells in the language chosen since
    await fetched(await caches.open(NAME), PAGES);
    event.source.postMessage("language");
  })());
});

const shell = async (request, path) => (await kept(path)) || fetch(request);

const standIn = async (request, url) => {
  try {
    return await fetch(request);
  } catch (error) {
    for (const [pattern, target] of STAND_IN) {
      const found = pattern.exec(url.pathname);
      if (found) return Response.redirect(target(found), 302);
    }
    throw error;
  }
};

// files of a shell come with it, those of other pages from the server while there is a line
const file = async (event, path) => {
  const client = event.clientId ? await self.clients.get(event.clientId) : null;
  const ofShell = client && PAGES.includes(new URL(client.url).pathname);
  if (ofShell) return shell(event.request, path);
  try {
    return await fetch(event.request);
  } catch (error) {
    const found = await kept(path);
    if (found) return found;
    throw error;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.search) return;
  if (request.mode === "navigate") {
    if (PAGES.includes(url.pathname)) event.respondWith(shell(request, url.pathname));
    else if (STAND_IN.some(([pattern]) => pattern.test(url.pathname))) event.respondWith(standIn(request, url));
  } else if (FILES.includes(url.pathname)) event.respondWith(file(event, url.pathname));
});
