/* The page with the full explorer: a picture is chosen here, everything else in <fer-explorer>.

   The page lists the pictures and, for each, the files that hold its networks (classic scripts, since a page opened
   from a folder may load nothing else). They are loaded when the picture is wanted; an explorer that was made stays as
   the reader left it, and comes back when its picture does. A link to a state names networks, and so its picture. */
(() => {
"use strict";
const box = document.querySelector(".fer-full");
const list = box && JSON.parse(box.querySelector("script").textContent);
if (!list) return;
const choose = box.querySelector("select"), said = box.querySelector("[role=status]");
const fallback = box.querySelector(".fer-explorer-fallback");
const made = new Map();
let wanted = 0;

const load = (src) => new Promise((good, bad) => {
  const script = document.createElement("script");
  Object.assign(script, { src, onload: good, onerror: () => bad(new Error(`${src} is missing`)) });
  document.head.append(script);
});

async function networksOf(picture) {
  const known = () => window.FerExplorerData || {};
  await Promise.all(picture.networks.filter(({ key }) => !known()[key]).map(({ src }) => load(src)));
  return picture.networks.map(({ key, src }) => known()[key] || (() => { throw new Error(`${src} holds no network`); })());
}

async function build(picture) {
  const element = document.createElement("fer-explorer"), data = document.createElement("script");
  data.type = "application/json";
  data.textContent = JSON.stringify({
    schema: "fer-explorer/1", title: picture.title, wide: true, networks: await networksOf(picture),
    shown: picture.networks.length > 1 ? [0, 1] : [0],
  });
  element.append(data);
  return element;
}

async function show(number) {
  const mine = ++wanted, picture = list[number];
  choose.selectedIndex = number;
  said.textContent = "";
  try {
    if (!made.has(number)) made.set(number, await build(picture));
  } catch (error) {
    said.textContent = `The ${picture.title.toLowerCase()} cannot be shown: ${error.message}.`;
    return;
  }
  if (mine !== wanted) return;                   // the reader has chosen another one meanwhile
  const element = made.get(number);
  element.append(fallback);                      // what is printed
  box.querySelectorAll("fer-explorer").forEach((other) => other.remove());
  box.append(element);
}

/* The picture that a link is about: the first network it names. */
function linked() {
  try {
    const text = atob(location.hash.replace(/^#fer=/, "").replace(/-/g, "+").replace(/_/g, "/"));
    const [key] = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0)))).s;
    return list.findIndex(({ networks }) => networks.some((one) => one.key === key));
  } catch { return -1; }
}

choose.addEventListener("change", () => show(choose.selectedIndex));
addEventListener("hashchange", () => { if (linked() >= 0 && linked() !== choose.selectedIndex) show(linked()); });
show(Math.max(0, linked()));
})();
