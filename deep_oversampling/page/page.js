"use strict";
(() => {
  const filters = document.querySelector("form.filters");
  const filtered = [...document.querySelectorAll("[data-filtered]")];

  function chosen() {
    return [...filters.querySelectorAll("select")].filter((select) => select.value !== "").map((select) => [select.name, select.value]);
  }

  function filter() {
    const wanted = chosen();
    let rows = 0;
    for (const element of filtered) {
      const hidden = wanted.some(([axis, value]) => element.dataset[axis] !== undefined && element.dataset[axis] !== value);
      element.hidden = hidden;
      if (!hidden && element.matches("#settings tr")) rows += 1;
    }
    filters.querySelector("output").textContent = `${rows} rows of settings shown`;
  }

  function compare(first, second, direction) {
    const numbers = [first, second].map((text) => (text === "" ? NaN : Number(text)));
    if (numbers.every(Number.isFinite)) return direction * (numbers[0] - numbers[1]);
    if (first === "" || second === "") return first === second ? 0 : first === "" ? 1 : -1;
    return direction * first.localeCompare(second);
  }

  function sortRows(body, place, direction) {
    const rows = [...body.rows].filter((row) => row.dataset.row !== undefined);
    const keys = new Map(rows.map((row) => [row, row.cells[place].dataset.sort ?? row.cells[place].textContent.trim()]));
    rows.sort((first, second) => compare(keys.get(first), keys.get(second), direction));
    body.append(...rows);
  }

  function sort(header) {
    const table = header.closest("table");
    const block = header.closest("tbody");
    const first = header.classList.contains("text") ? 1 : -1;
    const direction = header.hasAttribute("aria-sort") ? (header.getAttribute("aria-sort") === "descending" ? 1 : -1) : first;
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    for (const body of block ? [block] : table.tBodies) sortRows(body, header.cellIndex, direction);
  }

  filters.addEventListener("change", filter);
  filters.addEventListener("reset", () => setTimeout(filter));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.sort");
    if (button) sort(button.closest("th"));
  });
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  filter();
})();
