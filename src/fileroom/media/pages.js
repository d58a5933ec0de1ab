// A page of a written medium: its language, and the pictures of one series. Nothing is fetched but pictures beside it.
"use strict";
(() => {
  const page = document.documentElement;
  const speak = (tongue) => {
    page.lang = tongue;
    for (const link of document.querySelectorAll("a[data-page]")) link.hash = tongue;
    for (const one of document.querySelectorAll("[data-en]")) one.setAttribute("aria-label", one.dataset[tongue]);
  };
  const asked = () => location.hash.slice(1);
  const tongue = () => (["en", "it"].includes(asked()) ? asked() : navigator.language.startsWith("it") ? "it" : "en");
  speak(tongue());
  addEventListener("hashchange", () => speak(tongue()));

  const main = document.querySelector("main[data-pictures]");
  if (main === null) return;
  const pictures = JSON.parse(main.dataset.pictures); // each: its address, and the letters of its four sides
  const shown = document.getElementById("picture");
  const slider = document.getElementById("step");
  const count = document.getElementById("count");
  const play = document.getElementById("play");
  const ahead = new Map();
  let at = -1;
  let timer = 0;

  const fetchAround = () => {
    for (const key of ahead.keys()) if (Math.abs(key - at) > 12) ahead.delete(key);
    for (const step of [1, -1, 2, -2, 3, 4]) {
      const near = at + step;
      if (near < 0 || near >= pictures.length || ahead.has(near)) continue;
      const picture = new Image();
      picture.src = pictures[near][0];
      ahead.set(near, picture);
    }
  };
  const show = (wanted) => {
    const next = Math.min(Math.max(wanted, 0), pictures.length - 1);
    if (next === at) return;
    at = next;
    shown.src = pictures[at][0];
    slider.value = String(at + 1);
    count.value = `${at + 1} / ${pictures.length}`;
    document.querySelectorAll(".side").forEach((side, number) => (side.textContent = pictures[at][1][number] ?? ""));
    fetchAround();
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.setAttribute("aria-pressed", "false");
  };
  const run = () => {
    timer = setInterval(() => show(at + 1 === pictures.length ? 0 : at + 1), Number(main.dataset.step));
    play.setAttribute("aria-pressed", "true");
  };
  const turn = () => (timer ? stop() : run());
  const KEYS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 };

  let rolled = 0;
  main.addEventListener("wheel", (event) => {
    event.preventDefault();
    rolled += event.deltaMode === 0 ? event.deltaY / 60 : event.deltaY; // a touchpad gives many small steps
    if (Math.abs(rolled) < 1) return;
    stop();
    show(at + Math.sign(rolled));
    rolled = 0;
  }, { passive: false });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in KEYS) {
      event.preventDefault(); // of the slider, which would make the step a second time
      stop();
      show(at + KEYS[event.key]);
    } else if (event.key === " " && event.target !== play) {
      event.preventDefault();
      turn();
    }
  });
  let held;
  main.addEventListener("pointerdown", (event) => (held = event.clientY));
  addEventListener("pointerup", () => (held = undefined));
  addEventListener("pointermove", (event) => {
    if (held === undefined || Math.abs(event.clientY - held) < 12) return;
    stop();
    show(at + Math.sign(event.clientY - held));
    held = event.clientY;
  });
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value) - 1);
  });
  play.addEventListener("click", turn);
  show(Number(main.dataset.first));
})();
