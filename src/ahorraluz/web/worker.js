// Keeps the last page seen of a home, for when there is no net. It keeps nothing else of a
// person, and lets go of everything once the server says that nobody is signed in.
"use strict";
const SHELL = "shell-" + KEEP.join("|").length + "-" + KEEP[1];
const HOMES = "homes";

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(SHELL).then(function (cache) { return cache.addAll(KEEP); })
    .then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return name !== SHELL && name !== HOMES; })
      .map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});

// The page of a home and its use; not its forms, its files or what is only tried.
function isHome(url) {
  return /^\/hogares(\/h-[0-9a-f]+(\/consumo)?)?$/.test(url.pathname)
    && Array.from(url.searchParams.keys()).every(function (name) { return name === "lang"; });
}

function fromNet(request, url) {
  return fetch(request).then(function (answer) {
    if (answer.status === 401) return caches.delete(HOMES).then(function () { return answer; });
    if (answer.status === 404 || answer.status === 403)
      return caches.open(HOMES).then(function (cache) { return cache.delete(request); })
        .then(function () { return answer; });
    if (!answer.ok || answer.redirected) return answer;
    const copy = answer.clone();
    return caches.open(HOMES).then(function (cache) { return cache.put(request, copy); })
      .then(function () { return answer; });
  });
}

function withoutNet(request) {
  return caches.open(HOMES).then(function (cache) {
    return cache.match(request).then(function (kept) {
      if (kept) return kept;
      return cache.keys().then(function (keys) {
        return keys.length ? cache.match(keys[keys.length - 1]) : undefined;
      });
    });
  }).then(function (kept) { return kept || caches.match("/sin-conexion"); });
}

self.addEventListener("fetch", function (event) {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.indexOf("/static/") === 0) {
    event.respondWith(caches.match(request).then(function (kept) { return kept || fetch(request); }));
  } else if (request.mode === "navigate" && isHome(url)) {
    event.respondWith(fromNet(request, url).catch(function () { return withoutNet(request); }));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).then(function (answer) {
      // The form to sign in is shown to nobody who is signed in. A page of a home leads there
      // once its session is over, by an answer that does not tell a worker where to.
      const out = url.pathname === "/entrar" && answer.ok;
      return out ? caches.delete(HOMES).then(function () { return answer; }) : answer;
    }).catch(function () { return caches.match("/sin-conexion"); }));
  }
});
