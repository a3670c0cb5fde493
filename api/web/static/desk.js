/* Brings the page of an update up to date while it runs; without scripts the page does so itself. */
"use strict";

(() => {
  const PAUSE = 1500; // milliseconds between two looks

  async function look() {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) {
      location.reload();
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = page.getElementById("update");
    const shown = document.getElementById("update");
    if (!now || !shown) {
      location.reload();
      return;
    }
    const over = !now.hasAttribute("data-waiting");
    shown.replaceWith(now);
    if (over) {
      document.title = page.title;
      const said = document.getElementById("said");
      said.textContent = now.querySelector("h1").textContent;
    } else {
      setTimeout(look, PAUSE);
    }
  }

  if (document.querySelector("#update[data-waiting]")) setTimeout(look, PAUSE);
})();
