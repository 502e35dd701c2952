// Keeps the board current: the server renders its pieces, the browser puts them in place of the old ones.
"use strict";

const main = document.getElementById("main");
const state = document.getElementById("state");
const banner = document.getElementById("unavailable");
const bell = document.getElementById("bell");
const heading = document.getElementById("name");

const SILENCE_MS = 30_000; // the server beats every 10 s: a stream silent for so long is dead, whatever the socket says
const PAUSES_MS = [500, 1000, 2000, 5000];

let stream = null;
let seen = main.dataset.seen;
let failures = 0;
let watchdog = 0;

function show(word) {
  if (state.dataset.state === word) return;
  state.dataset.state = word;
  state.querySelector(".word").textContent = state.dataset[word];
  banner.hidden = word !== "unavailable";
}

// Makes `old` look like `fresh` and keeps every element that is in both (by data-key, else by place), so that the
// keyboard's focus stays where it is and a bar grows instead of jumping.
function renew(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (!fresh.firstElementChild && !old.firstElementChild) {
    if (old.textContent !== fresh.textContent) {
      old.textContent = fresh.textContent;
      if (old.classList.contains("number")) flash(old);
    }
    return;
  }
  const kept = new Map();
  for (const child of old.children) if (child.dataset.key) kept.set(child.dataset.key, child);
  const before = [...old.childNodes];
  const after = [...fresh.childNodes].map((node, at) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return node;
    const same = node.dataset.key ? kept.get(node.dataset.key) : before[at];
    if (same && same.nodeType === Node.ELEMENT_NODE && same.tagName === node.tagName && same.dataset.key === node.dataset.key) {
      renew(same, node);
      return same;
    }
    if (node.dataset.key && kept.size) flash(node);
    return node;
  });
  if (after.length === before.length && after.every((node, at) => node === before[at] || sameText(node, before[at]))) return;
  place(old, after);
}

const sameText = (one, other) =>
  one.nodeType === Node.TEXT_NODE && other.nodeType === Node.TEXT_NODE && one.data === other.data;

// Puts the nodes in this order without taking out one that stays: a removed element loses the focus.
function place(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
}

function flash(element) {
  element.classList.remove("changed");
  void element.getBoundingClientRect(); // lets the animation begin anew
  element.classList.add("changed");
}

function put(id, html) {
  const old = document.getElementById(id);
  const fresh = old.cloneNode(false);
  fresh.innerHTML = html;
  renew(old, fresh);
}

function connect() {
  clearTimeout(watchdog);
  stream?.close();
  const url = new URL(main.dataset.stream, location.href);
  if (seen) url.searchParams.set("seen", seen);
  stream = new EventSource(url);
  const on = (name, act) =>
    stream.addEventListener(name, (event) => {
      alive();
      act(JSON.parse(event.data), event);
    });
  on("board", ({ html, state }, event) => {
    seen = event.lastEventId || seen;
    put("board", html);
    show(state);
  });
  on("notices", ({ html, unread }) => {
    put("notices", html);
    bell.hidden = !unread;
    bell.querySelector(".badge").textContent = unread;
    document.title = (unread ? `(${unread}) ` : "") + heading.dataset.name;
  });
  on("state", (told) => show(told.state));
  on("beat", () => {});
  on("signed-out", ({ why }) => leave(why));
  stream.onopen = alive;
  stream.onerror = lost;
  watchdog = setTimeout(again, SILENCE_MS);
}

function alive() {
  failures = 0;
  clearTimeout(watchdog);
  watchdog = setTimeout(again, SILENCE_MS);
}

function lost() {
  show("again");
  // While the browser tries by itself (CONNECTING) it is left to; an answer that was no stream ends its trying.
  if (stream.readyState === EventSource.CLOSED) setTimeout(again, PAUSES_MS[Math.min(failures++, PAUSES_MS.length - 1)]);
}

async function again() {
  show("again");
  stream.close();
  try {
    const answer = await fetch(main.dataset.check, { headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 401) return leave("expired");
    if (answer.status === 403) return location.reload();
  } catch {
    // The portal itself does not answer; the next attempt to connect will tell.
  }
  connect();
}

function leave(why) {
  stream.close();
  if (why === "forbidden") return location.reload();
  location.assign(`${main.dataset.signIn}?why=${encodeURIComponent(why)}`);
}

async function markRead(event) {
  const form = event.target.closest("[data-mark-read]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 401) return leave("expired");
    if (answer.ok) document.getElementById("notices-title").focus();
    else button.disabled = false;
  } catch {
    button.disabled = false;
  }
}

document.addEventListener("submit", markRead);
// A page shown again from the back-forward cache, or a phone woken up, must not show old figures.
addEventListener("pageshow", (event) => event.persisted && again());
addEventListener("online", () => again());
addEventListener("pagehide", () => stream?.close());
connect();
