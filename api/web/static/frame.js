// The frame of every page: theme without losing the page; the menu of display closes as one leaves.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const form = document.querySelector("[data-preferences]");
  const box = form && form.closest("details");

  form?.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.name !== "theme") return;
    event.preventDefault();
    root.dataset.theme = button.value;
    for (const other of form.querySelectorAll("[name=theme]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    const body = new URLSearchParams(new FormData(form, button));
    fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box?.open) {
      box.open = false;
      box.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (box?.open && !box.contains(event.target)) box.open = false;
  });
})();
