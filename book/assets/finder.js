/* Search boxes for tables (.fer-finder), and a box that translates weight numbers (.fer-locator). No dependency. */
(() => {
  "use strict";

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // Words must all occur in a row, in any order; a number must be a whole number there: 37 does not find 4371.
  const matches = (text, words) =>
    words.every((word) => (/^\d+$/.test(word) ? new RegExp(`(^|\\D)${word}(\\D|$)`).test(text) : text.includes(word)));

  const addSearch = (finder) => {
    const rows = [...finder.querySelectorAll("tbody tr")];
    const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent.toLowerCase()).join(" | "));
    const box = make("input", { type: "search", placeholder: finder.dataset.hint, autocomplete: "off", spellcheck: "false" });
    const said = make("span", { class: "fer-finder-count", role: "status" });
    const update = () => {
      const words = box.value.toLowerCase().replace(/,/g, "").split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !matches(texts[index].replace(/(\d),(?=\d{3})/g, "$1"), words);
        if (!row.hidden) shown += 1;
      });
      said.textContent = words.length ? `${shown} of ${rows.length} rows` : `${rows.length} rows`;
    };
    box.addEventListener("input", update);
    finder.prepend(make("div", { class: "fer-finder-bar" }, make("label", {}, `${finder.dataset.label} `, box), said));
    update();
  };

  const addLocator = (locator) => {
    const layers = JSON.parse(locator.dataset.layers);
    const last = (part) => part.start + part.shape[0] * part.shape[1] - 1;
    const most = Math.max(...layers.map(last));
    const number = make("input", { type: "number", min: 0, max: most, step: 1, inputmode: "numeric" });
    const place = make("input", { type: "text", placeholder: "layer, row, column", autocomplete: "off" });
    const said = make("output", {});
    const toPlace = () => {
      const wanted = Number(number.value);
      const part = layers.find((one) => one.start <= wanted && wanted <= last(one));
      if (number.value === "" || !Number.isInteger(wanted) || !part) {
        said.textContent = number.value === "" ? "" : `a whole number from 0 to ${most}`;
        place.value = "";
        return;
      }
      const inside = wanted - part.start;
      place.value = [part.layer, Math.floor(inside / part.shape[1]), inside % part.shape[1]].join(", ");
      said.textContent = "";
    };
    const toNumber = () => {
      const parts = place.value.split(/[\s,;()]+/).filter(Boolean).map(Number);
      const part = layers.find((one) => one.layer === parts[0]);
      const inside = parts.length === 3 && part && parts.every(Number.isInteger)
        && parts[1] >= 0 && parts[1] < part.shape[0] && parts[2] >= 0 && parts[2] < part.shape[1];
      number.value = inside ? part.start + parts[1] * part.shape[1] + parts[2] : "";
      said.textContent = inside || !parts.length ? "" : part
        ? `layer ${part.layer} has rows 0 to ${part.shape[0] - 1} and columns 0 to ${part.shape[1] - 1}`
        : `layers are 0 to ${layers.length - 1}`;
    };
    number.addEventListener("input", toPlace);
    place.addEventListener("input", toNumber);
    locator.prepend(make("div", { class: "fer-finder-bar" },
      make("label", {}, "The paper’s number ", number), make("label", {}, "Place ", place), said));
  };

  const start = () => {
    document.querySelectorAll(".fer-finder").forEach(addSearch);
    document.querySelectorAll(".fer-locator").forEach(addLocator);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
