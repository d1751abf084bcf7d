"use strict";
(() => {
  const STEP = 50;
  const list = document.getElementById("sample-list");
  const form = document.getElementById("find");
  if (!list || !form) return;
  const { texts, samples } = JSON.parse(document.getElementById("sample-data").textContent);
  const query = document.getElementById("query");
  const which = document.getElementById("which");
  const whose = document.getElementById("whose");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  let found = samples;
  let shown = 0;

  // What hides or reorders other characters stands as a mark; `texts.py` has the same list.
  const UNSEEN = new RegExp("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u061c\\u115f\\u1160\\u17b4"
    + "\\u17b5\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb"
    + "\\ud800-\\udfff\\u{e0000}-\\u{e007f}]|\\r(?!\\n)", "gu");
  const mark = (c) => `⟨U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  const visible = (text) => text.replace(UNSEEN, mark);

  // Text only ever enters the page through textContent, and every text is a line of its own to the
  // browser: none can turn round what stands beside it.
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) {
      made.textContent = visible(text);
      made.dir = "auto";
    }
    return made;
  };

  const haystacks = samples.map(() => null);
  const haystack = (i) => {
    if (haystacks[i] === null) {
      const [id, inputs, target, attempts] = samples[i];
      const said = attempts.flatMap((a) => [a.text, a.value, a.note, a.error]);
      haystacks[i] = [id, inputs, target, ...said].join("\n").toLowerCase();
    }
    return haystacks[i];
  };

  const answer = (a) => (a.error ? a.error : a.value || a.text);
  const TESTS = {
    all: () => true,
    wrong: (attempts) => attempts.some((a) => a.right === false && !a.error),
    right: (attempts) => attempts.length > 0 && attempts.every((a) => a.right === true),
    failed: (attempts) => attempts.some((a) => a.error),
    differ: (attempts) => new Set(attempts.map((a) => (a.error ? "" : answer(a)))).size > 1,
  };

  const turn = (role, text) => {
    const made = element("div", "turn");
    made.append(element("span", "soft small", role), element("p", "text", text));
    return made;
  };

  const detail = (a) => {
    const made = element("details");
    made.append(element("summary", "", "Prompt, answer and scores"));
    made.addEventListener("toggle", () => {
      if (!made.open || made.childElementCount > 1) return;
      for (const [role, text] of a.messages) made.append(turn(role, texts[text]));
      if (a.text) made.append(turn("answer as it came", a.text));
      const scores = Object.entries(a.scores).map(([name, value]) =>
        `${name} ${value === null ? "–" : Number(value.toFixed(4))}`);
      const facts = [...scores, `${Math.round(a.latency_ms)} ms`, `$${Number(a.usd.toPrecision(3))}`];
      made.append(element("p", "soft", facts.join(" · ")));
    });
    return made;
  };

  const attemptRow = (a) => {
    const made = element("div", "attempt");
    const verdict = a.right === true ? ["right", "✓", "right"]
      : a.error ? ["wrong", "!", "failed"]
      : a.right === false ? ["wrong", "✗", "wrong"] : ["soft", "·", "not judged"];
    const mark = element("span", verdict[0], verdict[1]);
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", verdict[2]);
    const said = element("div", "said");
    said.append(element("p", a.error ? "text wrong" : "text", answer(a)));
    if (a.note) said.append(element("p", "soft small", a.note));
    const sure = a.probability === null ? "" : `${(a.probability * 100).toFixed(0)} % sure`;
    made.append(mark, element("bdi", "soft", a.candidate), said, element("span", "soft", sure),
      detail(a));
    return made;
  };

  const card = ([id, inputs, target, attempts]) => {
    const made = element("article", "sample");
    const header = element("header");
    header.append(element("bdi", "mono", id));
    if (target) {
      const expected = element("span");
      expected.append("expected: ", element("bdi", "", target));
      header.append(expected);
    }
    made.append(header, element("p", "text", inputs), ...attempts.map(attemptRow));
    return made;
  };

  const grow = () => {
    list.append(...found.slice(shown, shown + STEP).map(card));
    shown = Math.min(found.length, shown + STEP);
    count.textContent = found.length === 0 ? "No sample matches."
      : `${shown.toLocaleString("en")} of ${found.length.toLocaleString("en")} shown`;
    more.hidden = shown >= found.length;
  };

  const search = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const test = TESTS[which.value];
    found = samples.filter((sample, i) => {
      const attempts = whose.value === "" || which.value === "differ" ? sample[3]
        : sample[3].filter((a) => a.candidate === whose.value);
      return test(attempts) && words.every((word) => haystack(i).includes(word));
    });
    shown = 0;
    list.replaceChildren();
    grow();
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", grow);
  form.hidden = false;
  search();
})();
