/* A page of pictures in a live notebook: a click picks one (or takes it back), the small corner button only enlarges it.
   State travels by the traits of fer_utils.explorer.breeder.Sheet: pictures, names, marks, picked, looked, choose, label. */
function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "fer-sheet";
  root.dataset.lmSuppressShortcuts = "true";                           // JupyterLab's own
  root.setAttribute("role", "group");
  el.append(root);

  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  const look = (name) => set("looked", name);
  const toggle = (name) => {
    const picked = model.get("picked");
    if (model.get("choose")) model.set("picked", picked.includes(name) ? picked.filter((one) => one !== name) : [...picked, name]);
    look(name);
  };

  const tile = (name, i) => {
    const box = document.createElement("div"), button = document.createElement("button"), picture = document.createElement("img");
    box.className = "fer-sheet-tile";
    box.dataset.name = button.dataset.name = name;
    picture.src = model.get("pictures")[i];
    picture.alt = "";
    picture.draggable = false;
    button.type = "button";
    button.append(picture);
    button.addEventListener("click", () => toggle(name));
    box.append(button);
    if (model.get("choose")) {
      const larger = document.createElement("button");
      larger.type = "button";
      larger.className = "fer-sheet-larger";
      larger.textContent = "⤢";
      larger.title = "Enlarge";
      larger.setAttribute("aria-label", `Enlarge picture ${name}`);
      larger.addEventListener("click", () => look(name));
      box.append(larger);
    }
    const mark = document.createElement("span");
    mark.textContent = model.get("marks")[name] || (model.get("choose") ? "" : name);
    box.append(mark);
    return box;
  };

  const show = () => {
    const picked = model.get("picked"), looked = model.get("looked"), marks = model.get("marks");
    for (const box of root.children) {
      const name = box.dataset.name, button = box.firstChild;
      box.toggleAttribute("data-picked", picked.includes(name));
      box.toggleAttribute("data-looked", looked === name);
      if (model.get("choose")) button.setAttribute("aria-pressed", String(picked.includes(name)));
      button.setAttribute("aria-label", [`Picture ${name}`, marks[name]].filter(Boolean).join(", "));
    }
  };
  const build = () => {
    root.classList.toggle("fer-sheet-row", !model.get("choose"));
    root.setAttribute("aria-label", model.get("label"));
    root.replaceChildren(...model.get("names").map(tile));
    show();
    root.scrollLeft = root.scrollWidth;
  };
  /* Arrow keys walk from picture to picture. */
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const across = model.get("choose") ? 5 : 1, step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[event.key];
    if (!step) return;
    const buttons = [...root.children].map((box) => box.firstChild), next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) next.focus();
    event.preventDefault();
  });
  // One message from Python changes several of these; what it sets last is `pictures`.
  model.on("change:pictures", build);
  model.on("change:picked change:looked change:marks", show);
  build();
}
export default { render };
