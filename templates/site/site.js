"use strict";
// All of it is for comfort: without it the pages show the same, in the order of the registry.
(() => {
  const root = document.documentElement;
  const KEY = "ckreg-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");

  // Before anything is drawn: what was chosen on another page.
  const stored = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };
  const store = (theme) => {
    try {
      if (theme) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch { /* pages from files may have no storage: the choice holds for this page */ }
  };
  const show = (theme) => {
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  show(stored());

  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  function themeButton(button) {
    const tell = () => button.setAttribute("aria-pressed", String(dark()));
    button.addEventListener("click", () => {
      const wanted = dark() ? "light" : "dark";
      // What the system says anyway need not be remembered: the page follows it again.
      const chosen = (wanted === "dark") === system.matches ? null : wanted;
      store(chosen);
      show(chosen);
      tell();
    });
    system.addEventListener("change", tell);
    tell();
    button.hidden = false;
  }

  // Sorting

  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  function key(cell, numbers) {
    const value = (cell?.dataset.sort ?? cell?.textContent ?? "").trim();
    if (value === "" || value === "-") return null;
    if (!numbers) return value;
    const number = Number(value.replaceAll(",", ""));
    return Number.isNaN(number) ? null : number;
  }

  function compare(a, b, numbers, direction) {
    // What is not known is last, whichever the direction.
    if (a === null || b === null) return (a === null) - (b === null);
    return direction * (numbers ? a - b : words.compare(a, b));
  }

  function sort(table, heading, place) {
    const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const numbers = heading.dataset.kind !== "text";
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => [key(row.cells[place], numbers), row]);
    rows.sort((a, b) => compare(a[0], b[0], numbers, direction));
    const sorted = document.createDocumentFragment();
    for (const [, row] of rows) sorted.append(row);
    body.append(sorted);
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  }

  function sortable(table) {
    Array.from(table.tHead.rows[0].cells).forEach((heading, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, heading, place));
    });
  }

  // Filtering

  function filter(box) {
    const table = document.getElementById(box.dataset.filter);
    const input = box.querySelector("input");
    const told = box.querySelector("[role=status]");
    const rows = Array.from(table.tBodies[0].rows, (row) => [row, row.textContent.toLowerCase()]);
    const apply = () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text] of rows) {
        row.hidden = !wanted.every((word) => text.includes(word));
        if (!row.hidden) shown += 1;
      }
      const all = rows.length.toLocaleString("en");
      const noun = rows.length === 1 ? box.dataset.noun.slice(0, -1) : box.dataset.noun;
      told.textContent = wanted.length ? `${shown.toLocaleString("en")} of ${all}` : `${all} ${noun}`;
    };
    input.addEventListener("input", apply);
    apply();
    box.hidden = false;
  }

  // What scrolls can be reached and named without a pointer.

  function scrolling(box) {
    const name = box.querySelector("caption, title")?.textContent ?? "Table";
    const tell = () => {
      const hidden = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
      if (hidden) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", name.trim());
      } else {
        for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
      }
    };
    const watching = new ResizeObserver(tell);
    watching.observe(box);
    for (const child of box.children) watching.observe(child);
    tell();
  }

  // On paper nothing can be opened.

  function printing() {
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = Array.from(document.querySelectorAll("details:not([open])"));
      for (const details of opened) details.open = true;
    });
    addEventListener("afterprint", () => {
      for (const details of opened) details.open = false;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("button.theme").forEach(themeButton);
    document.querySelectorAll("table.sortable").forEach(sortable);
    document.querySelectorAll("[data-filter]").forEach(filter);
    document.querySelectorAll(".scroll, .plot-scroll").forEach(scrolling);
    printing();
  });
})();
