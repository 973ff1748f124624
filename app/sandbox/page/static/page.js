// Keeps the page up to date without taking anything from the visitor's hands.
// It asks for a version, and where that has changed fetches the same page again
// and replaces the parts marked data-live that differ. Everything works without
// this script, only not by itself.
"use strict";

const body = document.body;
const pause = 1200;
let version = body.dataset.version;

// Of every live part, what the server sent last: the document itself may have
// been touched since (an opened <details>, a highlighted entry).
const sent = new Map();
const remember = (root) => {
  for (const part of root.querySelectorAll("[data-live]")) {
    if (part.dataset.live === "entries") for (const e of part.children) sent.set(e.id, e.outerHTML);
    else sent.set(part.id, part.innerHTML);
  }
};
remember(document);

async function look() {
  try {
    if (!document.hidden) {
      const answer = await (await fetch("/-/version", { cache: "no-store" })).json();
      document.getElementById("day").textContent = answer.day;
      document.getElementById("clock").textContent = answer.clock;
      if (answer.version !== version) await renew();
      lost(false);
    }
  } catch {
    lost(true);
  }
  setTimeout(look, pause);
}

function lost(is) {
  const sign = document.getElementById("lost");
  sign.hidden = !is;
  sign.textContent = is ? body.dataset.lost : "";
}

async function renew() {
  const page = new DOMParser().parseFromString(await (await fetch(location.pathname, { cache: "no-store" })).text(), "text/html");
  const colours = document.getElementById("label-colours"), newer = page.getElementById("label-colours");
  if (newer && colours.getAttribute("href") !== newer.getAttribute("href")) colours.href = newer.getAttribute("href");
  let changed = false;
  for (const part of page.querySelectorAll("[data-live]")) {
    const here = document.getElementById(part.id);
    if (!here) continue;
    changed = (part.dataset.live === "entries" ? renewEntries(here, part) : renewPart(here, part)) || changed;
  }
  version = page.body.dataset.version;
  if (changed) document.getElementById("live").textContent = body.dataset.news;
}

// inUse tells whether the visitor is at work in an element.
const inUse = (e) => e.contains(document.activeElement) && /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);

const keepOpen = (from, to) => {
  for (const d of from.querySelectorAll("details[data-keep][open]")) {
    const same = to.querySelector(`details[data-keep="${CSS.escape(d.dataset.keep)}"]`);
    if (same) same.open = true;
  }
};

function renewPart(here, part) {
  const html = part.innerHTML;
  if (sent.get(here.id) === html || inUse(here)) return false;
  sent.set(here.id, html);
  keepOpen(here, part);
  here.replaceChildren(...part.childNodes);
  return true;
}

// Entries come and change one by one, so that reading and writing go on.
function renewEntries(here, part) {
  let changed = false;
  const wanted = [...part.children].map((e) => e.id);
  for (const old of [...here.children]) if (!wanted.includes(old.id)) { old.remove(); changed = true; }
  let before = null;
  for (const entry of [...part.children]) {
    const html = entry.outerHTML, old = document.getElementById(entry.id);
    if (!old || (sent.get(entry.id) !== html && !inUse(old))) {
      sent.set(entry.id, html);
      entry.classList.add("fresh");
      if (old) { keepOpen(old, entry); old.replaceWith(entry); } else if (before) before.after(entry); else here.prepend(entry);
      changed = true;
    }
    before = document.getElementById(entry.id);
  }
  return changed;
}

// What is being written survives a change of person or a slip.
for (const draft of document.querySelectorAll("textarea[data-draft]")) {
  const key = "draft " + location.pathname;
  if (!draft.value) draft.value = sessionStorage.getItem(key) || "";
  draft.addEventListener("input", () => sessionStorage.setItem(key, draft.value));
  draft.form.addEventListener("submit", () => sessionStorage.removeItem(key));
}

// A second tap sends nothing twice.
document.addEventListener("submit", (e) => {
  setTimeout(() => { for (const b of e.target.querySelectorAll("button")) b.disabled = true; }, 0);
});
addEventListener("pageshow", (e) => {
  if (e.persisted) for (const b of document.querySelectorAll("button:disabled")) b.disabled = false;
});

setTimeout(look, pause);
