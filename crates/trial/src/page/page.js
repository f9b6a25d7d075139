"use strict";
// Search in the console. What is searched for stands in the address (#q=panic), so that it can be passed on; all else
// on the page works without this script.
const form = document.forms[0];
if (form) {
  const [input, previous, next] = form.elements;
  const output = form.querySelector("output");
  const rows = [...document.querySelectorAll(".row")];
  const texts = rows.map((row) => row.querySelector("code").textContent.toLowerCase());
  let found = [];
  let now = -1;

  const mark = (row, at, length) => {
    const text = row.querySelector("code").firstChild;
    // A letter may be longer in lower case; then only the line is marked.
    if (at + length > text.length) return;
    const range = new Range();
    range.setStart(text, at);
    range.setEnd(text, at + length);
    CSS.highlights?.get("found").add(range);
  };

  const search = (words) => {
    const wanted = words.toLowerCase();
    CSS.highlights?.set("found", new Highlight());
    found = [];
    rows.forEach((row, index) => {
      const at = wanted ? texts[index].indexOf(wanted) : -1;
      row.classList.toggle("found", at >= 0);
      row.classList.remove("now");
      if (at < 0) return;
      found.push(row);
      mark(row, at, wanted.length);
    });
    now = -1;
    output.value = wanted ? "0 of 0" : "";
    go(1);
  };

  const go = (by) => {
    if (!found.length) return;
    found[now]?.classList.remove("now");
    now = (now + by + found.length) % found.length;
    found[now].classList.add("now");
    found[now].scrollIntoView({ block: "center" });
    output.value = `${now + 1} of ${found.length}`;
  };

  const read = () => {
    const words = new URLSearchParams(location.hash.slice(1)).get("q");
    if (words === null) return;
    if (input.value !== words) input.value = words;
    search(words);
  };

  form.hidden = false;
  input.addEventListener("input", () => location.replace(`#${new URLSearchParams({ q: input.value })}`));
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
  });
  previous.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  addEventListener("hashchange", read);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target === input) return;
    event.preventDefault();
    input.focus();
  });
  read();
}
