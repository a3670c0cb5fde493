// Asks and shows the answer as it is written. The server makes every part of the page; this only
// puts it in place. Without this script the same form gives the whole page.
"use strict";
(() => {
  const exchanges = document.getElementById("exchanges");
  const next = document.getElementById("next");
  const sayings = document.getElementById("sayings").dataset;
  const said = document.getElementById("said");
  let stopping = null;

  const say = (words) => { said.textContent = words; };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-ask]")) return;
    event.preventDefault();
    const question = form.elements.question.value.trim();
    if (question && !stopping) ask(form, question, event.submitter);
  });

  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && box.matches?.("[data-ask] textarea")) {
      event.preventDefault();
      box.form.requestSubmit();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-stop]")) stopping?.abort();
  });

  async function ask(form, question, submitter) {
    const body = new URLSearchParams(new FormData(form, submitter)); // which entry to switch off
    const section = waiting(question);
    stopping = new AbortController();
    const shown = { section, form };
    try {
      const response = await fetch("/ask/stream", { method: "POST", body, signal: stopping.signal });
      if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
        const ended = await follow(response.body, shown);
        if (!ended) fail(shown, sayings.cut);
      } else {
        await refused(response, shown);
      }
    } catch (error) {
      fail(shown, error.name === "AbortError" ? sayings.stopped : sayings.cut);
    } finally {
      stopping = null;
    }
  }

  function waiting(question) {
    document.querySelector("[data-start]").classList.add("done");
    next.hidden = true;
    const section = document.getElementById("waiting").content.firstElementChild.cloneNode(true);
    const title = section.querySelector("[data-question]");
    title.textContent = question;
    exchanges.append(section);
    title.focus({ preventScroll: true });
    section.scrollIntoView({ block: "start" });
    return section;
  }

  async function follow(stream, shown) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    let ended = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return ended;
      held += value;
      let end;
      while ((end = held.indexOf("\n\n")) >= 0) {
        ended = take(held.slice(0, end), shown) || ended;
        held = held.slice(end + 2);
      }
    }
  }

  function take(event, shown) {
    const [first, second] = event.split("\n");
    const name = first.slice("event: ".length);
    const data = JSON.parse(second.slice("data: ".length));
    if (name === "hits") replace(shown, data.html);
    if (name === "sentence") {
      put(shown.section.querySelector("[data-told]"), data.told);
      const aside = shown.section.querySelector("[data-sources]");
      if (aside) grow(aside, data.sources);
    }
    if (name === "answer") {
      replace(shown, data.html);
      put(next, data.next);
      next.hidden = false;
      if (data.address) history.replaceState(null, "", data.address); // where it is kept
      say(sayings.ready);
      document.title = `${shown.section.querySelector("h2").textContent} · Référent`;
    }
    if (name === "problem") {
      replaceTold(shown, parsed(data.html));
      again(shown);
    }
    return name === "answer" || name === "problem";
  }

  function replace(shown, html) {
    const made = parsed(html).firstElementChild;
    const inside = shown.section.contains(document.activeElement);
    const open = [...shown.section.querySelectorAll(".source[open]")].map((source) => source.id);
    shown.section.replaceWith(made);
    shown.section = made;
    for (const id of open) {
      const source = document.getElementById(id);
      if (source) source.open = true;
    }
    if (inside) made.querySelector("h2").focus({ preventScroll: true });
  }

  // Sources that are there stay as they are: they may be open, or under the eyes.
  function grow(list, html) {
    const made = [...parsed(html).querySelectorAll(":scope > li")];
    for (const item of made.slice(list.children.length)) list.append(item);
  }

  async function refused(response, shown) {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const problem = page.querySelector(".problem, .wrong");
    if (problem) replaceTold(shown, problem);
    else fail(shown, sayings.cut);
    again(shown);
  }

  function fail(shown, words) {
    const note = document.createElement("p");
    note.className = "note warn";
    note.setAttribute("role", "alert");
    note.textContent = words;
    replaceTold(shown, note);
    again(shown);
  }

  function replaceTold(shown, node) {
    const status = shown.section.querySelector(".status");
    shown.section.removeAttribute("aria-busy");
    if (status) status.replaceWith(node);
    else shown.section.append(node);
  }

  // What was asked can be asked again.
  function again(shown) {
    if (next.querySelector("form")) next.hidden = false;
    else document.querySelector("[data-start]").classList.remove("done");
  }

  function parsed(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    return made.content;
  }

  function put(place, html) {
    if (place) place.replaceChildren(parsed(html));
  }
})();
