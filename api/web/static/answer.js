// What one does with an answer: open a source from its marker, copy, print, say what one thinks.
"use strict";
(() => {
  const sayings = document.getElementById("sayings").dataset;
  const said = document.getElementById("said");
  const say = (words) => { said.textContent = words; };

  document.addEventListener("click", (event) => {
    const marker = event.target.closest?.("a.marker[data-source]");
    const copy = event.target.closest?.("[data-copy]");
    if (marker) open(event, marker);
    if (copy) copied(copy);
    if (event.target.closest?.("[data-print]")) print();
  });

  function open(event, marker) {
    const source = document.getElementById(marker.dataset.source);
    if (!source) return;
    event.preventDefault();
    for (const lit of document.querySelectorAll(".source.lit")) lit.classList.remove("lit");
    source.classList.add("lit");
    source.open = true;
    const mark = source.querySelector("mark");
    const words = source.querySelector(".words");
    if (mark && words) words.scrollTop = mark.offsetTop - words.offsetTop - 48;
    source.scrollIntoView({ block: "nearest" });
    source.querySelector("summary").focus({ preventScroll: true });
  }

  async function copied(button) {
    const rich = document.getElementById(button.dataset.copy);
    const plain = [...rich.querySelectorAll("p, li")].map((part) => part.textContent.trim()).join("\n");
    try {
      await navigator.clipboard.write([
        new ClipboardItem({
          "text/html": new Blob([rich.innerHTML], { type: "text/html" }),
          "text/plain": new Blob([plain], { type: "text/plain" }),
        }),
      ]);
      tell(button, sayings.copied);
    } catch {
      rich.closest("details").style.display = "block"; // the words, to be copied by hand
      rich.closest("details").open = true;
      tell(button, sayings.notCopied);
    }
  }

  function tell(button, words) {
    say(words);
    const note = document.createElement("span");
    note.className = "faint";
    note.textContent = words;
    button.parentElement.querySelector("span.faint")?.remove();
    button.parentElement.append(note);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-feedback]")) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!response.ok) return form.submit();
    const thanks = document.createElement("p");
    thanks.className = "faint";
    thanks.tabIndex = -1;
    thanks.textContent = sayings.thanks;
    form.replaceWith(thanks);
    thanks.focus();
    say(sayings.thanks);
  });

  // On paper every source is open, as nobody can click it there.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".source:not([open])")];
    for (const source of closed) source.open = true;
  });
  addEventListener("afterprint", () => {
    for (const source of closed) source.open = false;
  });
})();
