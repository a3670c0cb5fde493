// Results as one types; the form gives the same page without this.
"use strict";
(() => {
  const form = document.querySelector("[data-search]");
  const results = document.getElementById("results");
  const said = document.getElementById("said");
  const PAUSE = 350; // milliseconds without a key
  let timer = 0;
  let latest = null;

  form.elements.q.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });

  async function look() {
    latest?.abort();
    latest = new AbortController();
    const asked = new URLSearchParams(new FormData(form));
    const page = `${form.getAttribute("action")}?${asked}`;
    asked.set("part", "found");
    try {
      const response = await fetch(`${form.getAttribute("action")}?${asked}`, { signal: latest.signal });
      if (!response.ok) return;
      const made = document.createElement("template");
      made.innerHTML = await response.text();
      results.replaceChildren(made.content);
      said.textContent = results.querySelector("h2")?.textContent ?? "";
      history.replaceState(null, "", page);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }
})();
