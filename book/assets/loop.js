/* Films of networks on their way (.fer-loop): play, stop, drag. No dependency. */
(() => {
  "use strict";
  const FRAME = 220, REST = 1600; // milliseconds a frame stays, and the last one

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const start = (loop) => {
    const steps = JSON.parse(loop.dataset.steps);
    const screens = [...loop.querySelectorAll(".fer-loop-screen")].map((screen) => ({
      image: screen.querySelector("img"), frames: JSON.parse(screen.dataset.frames), count: Number(screen.dataset.count),
    }));
    const button = make("button", { type: "button" });
    const slider = make("input", { type: "range", min: 0, max: steps.length - 1, step: 1, "aria-label": loop.dataset.label || "Training step" });
    const texts = loop.dataset.said ? JSON.parse(loop.dataset.said) : null;
    const still = "still" in loop.dataset;
    const said = make("output", {});
    let timer = 0;

    const show = (index) => {
      slider.value = index;
      said.textContent = texts ? texts[index] : `step ${steps[index].toLocaleString("en")}`;
      slider.setAttribute("aria-valuetext", said.textContent);
      for (const { image, frames, count } of screens) image.style.transform = `translateX(${-100 * frames[index] / count}%)`;
    };
    const tick = () => {
      const index = (Number(slider.value) + 1) % steps.length;
      show(index);
      timer = setTimeout(tick, index === steps.length - 1 ? REST : FRAME);
    };
    const stop = () => { clearTimeout(timer); timer = 0; button.textContent = "Play"; };
    const play = () => { stop(); button.textContent = "Pause"; timer = setTimeout(tick, FRAME); };

    button.addEventListener("click", () => (timer ? stop() : play()));
    slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
    loop.append(make("div", { class: "fer-loop-bar" }, button, slider, said));
    show(still ? 0 : steps.length - 1);
    stop();

    // It plays by itself while it is on the screen, unless the reader's system asks for less movement.
    if (!still && !matchMedia("(prefers-reduced-motion: reduce)").matches && "IntersectionObserver" in window) {
      let touched = false;
      for (const kind of ["pointerdown", "keydown", "input", "click"]) loop.addEventListener(kind, () => { touched = true; });
      new IntersectionObserver((entries) => {
        if (touched) return;
        if (entries[entries.length - 1].isIntersecting) play();
        else stop();
      }, { threshold: 0.6 }).observe(loop);
    }
  };

  const all = () => document.querySelectorAll(".fer-loop").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
