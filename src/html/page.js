// Filters: rows of a page show if every control that is set finds its word in them. Without it the page shows all.
"use strict";
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
    let shown = 0;
    for (const row of rows) {
      row.hidden = !set.every((control) => fits(row, control));
      if (!row.hidden) shown += 1;
    }
    for (const section of document.querySelectorAll("[data-section]")) {
      section.hidden = !section.querySelector("[data-row]:not([hidden])");
    }
    told.textContent = set.length ? shown + " of " + rows.length + " shown" : rows.length + " shown";
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
  // A link to a folded part opens it.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const fold = target.closest("details");
    if (fold) fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  apply();
})();
