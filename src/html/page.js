// Filters: rows of a page show if every control that is set finds its word in them. Without it the page shows all.
// Folds: all at once, and open in print.
"use strict";
(() => {
  const folds = () => [...document.querySelectorAll("details.hunk")];
  for (const part of document.querySelectorAll(".folds")) part.classList.remove("no-script");
  for (const button of document.querySelectorAll("[data-fold]")) {
    button.addEventListener("click", () => {
      for (const fold of folds()) fold.open = button.dataset.fold === "open";
    });
  }
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = folds().filter((fold) => !fold.open);
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
  });
})();
// A link to a folded part opens it, and shows it if a filter hides it.
(() => {
  const open = () => {
    let target = null;
    try {
      target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return;
    }
    if (!target) return;
    const fold = target.closest("details");
    if (fold) {
      fold.open = true;
      fold.hidden = false;
      fold.closest("section").hidden = false;
    }
    target.scrollIntoView();
    const summary = target.querySelector("summary");
    if (summary) summary.focus({preventScroll: true});
  };
  addEventListener("hashchange", open);
  // The link that was followed last may be followed again.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#c']");
    if (link && link.hash === location.hash) open();
  });
  addEventListener("load", open);
})();
(() => {
  const bar = document.querySelector(".filters");
  if (!bar) return;
  bar.classList.remove("no-script");
  const rows = [...document.querySelectorAll("[data-row]")];
  const controls = [...bar.querySelectorAll("[data-filter]")];
  const told = bar.querySelector("output");
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const wanted = (control) => (control.type === "checkbox" ? (control.checked ? control.value : "") : control.value);
  const fits = (row, control) => {
    const value = wanted(control);
    if (!value) return true;
    if (control.type === "search") {
      return value.toLowerCase().split(/\s+/).every((word) => textOf(row).includes(word));
    }
    return (row.getAttribute("data-" + control.dataset.filter) || "").includes(" " + value + " ");
  };
  const apply = () => {
    const set = controls.filter((control) => wanted(control));
    for (const row of rows) row.hidden = !set.every((control) => fits(row, control));
    const counts = [];
    for (const section of document.querySelectorAll("[data-section]")) {
      const all = section.querySelectorAll("[data-row]").length;
      const shown = section.querySelectorAll("[data-row]:not([hidden])").length;
      section.hidden = !shown;
      const noun = section.dataset.section + (all === 1 ? "" : "s");
      counts.push(shown === all ? all + " " + noun : shown + " of " + all + " " + noun);
    }
    told.textContent = counts.join(", ") + " shown";
  };
  let timer;
  bar.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 60);
  });
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("reset", () => setTimeout(apply, 0));
  document.addEventListener("keydown", (event) => {
    const search = bar.querySelector("input[type=search]");
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      apply();
    }
  });
  apply();
})();
